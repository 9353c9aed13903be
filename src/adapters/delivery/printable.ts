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

const MAX_QUOTED_CHARACTERS = 200;
