/** Whether a text can stand as a token in a header at all: printable ASCII without spaces. Anything else no hub has issued. */
export const isBearerToken = (value: unknown): value is string =>
  typeof value === 'string' && /^[\x21-\x7e]{1,16384}$/.test(value);
