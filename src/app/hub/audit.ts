import type { Log, LogFields } from '../../ports/host.js';

/**
 * One line for each sign-in, each refusal of one, and whatever is taken back: who, from where, why. No password and no
 * token is ever part of it.
 */
export const audit = (
  log: Log,
  what: 'sign-in' | 'sign-in-refused' | 'session-ended' | 'access-refused' | 'taken-back' | 'first-user',
  fields: LogFields,
): void => log.info(`audit ${what}`, fields);

/** Enough of a session's id to find it in `hub session list`. */
export const shortId = (sessionId: string): string => sessionId.slice(0, 12);
