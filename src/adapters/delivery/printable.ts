import { isFields, parseJson } from '../../domain/document.js';

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
  const fields = parseJson(body);
  for (const key of ['detail', 'error_message', 'error', 'message', 'title']) {
    const value = isFields(fields) ? fields[key] : undefined;
    if (typeof value === 'string' && value.trim() !== '') return printable(value, secrets);
  }
  return printable(body, secrets);
};
