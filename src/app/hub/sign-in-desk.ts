import type { DocumentOf } from '../../domain/document.js';
import type { SIGN_IN } from '../../domain/hub/api.js';
import { err, ok } from '../../domain/result.js';
import type { Result } from '../../domain/result.js';
import type { Log } from '../../ports/host.js';
import type { AccountStore, Holder, SignInFault, SignInRequest } from '../../ports/hub.js';
import { audit } from './audit.js';
import type { HubLimits } from './hub-limits.js';
import { problem } from './problem.js';
import type { Problem, ProblemKind } from './problem.js';
import { Turns } from './turns.js';

/**
 * Where passwords are checked, whatever for. Attempts are counted by user and by address, because a password is guessed
 * from many places and one place guesses many; a right one costs nothing. Only a few are hashed at once.
 */
export class SignInDesk {
  readonly #accounts: AccountStore;
  readonly #limits: HubLimits;
  readonly #log: Log;
  readonly #turns: Turns;

  constructor(accounts: AccountStore, limits: HubLimits, log: Log) {
    this.#accounts = accounts;
    this.#limits = limits;
    this.#log = log;
    this.#turns = new Turns(limits.waitingSignIns, limits.signIns);
  }

  /** Runs the check for a caller at that address, or says why not. */
  async check<T extends Holder>(
    { username, address, purpose }: Readonly<Record<'username' | 'address' | 'purpose', string>>,
    work: () => Promise<Result<T, SignInFault>>,
  ): Promise<Result<T, Problem>> {
    const user = username.normalize('NFC').slice(0, LONGEST_NAME);
    const buckets = [
      [`user ${user}`, this.#limits.attemptsByUser],
      [`address ${address}`, this.#limits.attemptsByAddress],
    ] as const;
    const refused = (reason: string, answer: Problem): Result<never, Problem> => {
      audit(this.#log, 'sign-in-refused', { purpose, user, address, reason });
      return err(answer);
    };
    for (const [bucket, rule] of buckets) {
      if (await this.#accounts.takeTurn(bucket, rule)) continue;
      return refused('throttled', tooMany('Too many attempts to sign in.', Math.ceil(rule.everyMs / 1000)));
    }
    const checked = await this.#turns.take('', work);
    if (checked === 'full') return refused('busy', tooMany('Too many sign-ins at once.', 2));
    if (!checked.ok) {
      return checked.error === 'no-team'
        ? refused('no-team', problem('not-a-member', 'The user is in no team, or not in the one asked for.'))
        : refused('wrong-credentials', problem('wrong-credentials'));
    }
    for (const [bucket, rule] of buckets) await this.#accounts.giveTurnBack(bucket, rule);
    const { team } = checked.value;
    audit(this.#log, 'sign-in', { purpose, user: checked.value.user, team, address });
    return ok(checked.value);
  }
}

/** How a sign-in is refused. */
export const SIGN_IN_REFUSALS: readonly ProblemKind[] = [
  'wrong-credentials',
  'not-a-member',
  'too-many-requests',
];

/** What a sign-in needs, out of the fields that somebody sent. */
export const requestOf = (fields: DocumentOf<typeof SIGN_IN>): SignInRequest => {
  const { username, password, team_slug: team, device } = fields;
  return {
    ...{ username, password },
    ...(team === undefined ? {} : { team }),
    ...(device === undefined ? {} : { device: device.slice(0, LONGEST_NAME) }),
  };
};

/** Of a user or a device, in characters. */
export const LONGEST_NAME = 100;

const tooMany = (detail: string, seconds: number): Problem =>
  problem('too-many-requests', detail, { headers: { 'retry-after': String(seconds) } });
