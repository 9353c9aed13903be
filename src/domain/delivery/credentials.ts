import { withRedactedInspect } from '../redacted-inspect.js';
import type { HubAddress } from '../outbox/account.js';

/** Credentials that show who is signed in where, but never a token, when they are printed or turned into JSON. */
export const guardCredentials = <T extends { readonly username: string; readonly server: HubAddress }>(
  credentials: T,
): T => {
  const description = `Credentials(${credentials.username} at ${credentials.server.url}, tokens redacted)`;
  const guarded = withRedactedInspect({ ...credentials }, description);
  return Object.freeze(Object.defineProperty(guarded, 'toJSON', { value: () => description }));
};

/** Whether a text can stand as a token in a header at all: printable ASCII without spaces. Anything else no hub has issued. */
export const isBearerToken = (value: unknown): value is string =>
  typeof value === 'string' && /^[\x21-\x7e]{1,16384}$/.test(value);
