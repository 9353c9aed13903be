import type { Log } from '../../ports/host.js';

/**
 * One line for each sign-in, each refusal of one, and whatever is taken back: who, from where, why. Values are JSON, so
 * that no name can end the line or look like another field; no password and no token is ever one of them.
 */
export const audit = (
  log: Log,
  what: 'sign-in' | 'sign-in-refused' | 'session-ended' | 'access-refused' | 'taken-back' | 'first-user',
  fields: Readonly<Record<string, string | number | undefined>>,
): void => {
  const words = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  log.info(['audit', what, ...words].join(' '));
};

/** Enough of a session's id to find it in `hub session list`. */
export const shortId = (sessionId: string): string => sessionId.slice(0, 12);
