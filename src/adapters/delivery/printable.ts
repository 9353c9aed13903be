/** How much of a hub's own words is repeated. */
const MAX_QUOTED_CHARACTERS = 200;

/**
 * What of a foreign text may be repeated in a message: one line of printable characters, without the secrets that the
 * other side may have echoed, cut to the first 200.
 */
export const printable = (text: string, secrets: readonly string[] = []): string => {
  let clean = text;
  for (const secret of secrets) if (secret !== '') clean = clean.replaceAll(secret, '[redacted]');
  const line = clean.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
  return [...line.slice(0, 2 * MAX_QUOTED_CHARACTERS)].slice(0, MAX_QUOTED_CHARACTERS).join('');
};

/** The reason in the body of an error: from a problem document, from older spellings, else its first characters. */
export const reasonIn = (body: string, secrets: readonly string[] = []): string => {
  const fields = parseObject(body);
  for (const key of ['detail', 'error_message', 'error', 'message', 'title']) {
    const value = fields?.[key];
    if (typeof value === 'string' && value.trim() !== '') return printable(value, secrets);
  }
  return printable(body, secrets);
};

/** The JSON value of a text; `undefined` when it is none. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

const parseObject = (text: string): Readonly<Record<string, unknown>> | undefined => {
  const value = parseJson(text);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
};
