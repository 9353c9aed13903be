import * as api from '../../domain/hub/api.js';
import type { DocumentOf } from '../../domain/document.js';
import type { Result } from '../../domain/result.js';
import { CAPABILITIES } from '../../domain/wire.js';
import type { Log } from '../../ports/host.js';
import type {
  AccountStore,
  Holder,
  SessionKind,
  SessionTokens,
  SignInFault,
  SignInRequest,
} from '../../ports/hub.js';
import { audit, shortId } from './audit.js';
import { bearerRefusal, type Callers } from './callers.js';
import type { HubParts } from './hub-parts.js';
import { later, Refusal } from './problem.js';
import { readFields, taking } from './request-body.js';
import { json, jsonOf, NOTHING, type Calls } from './route.js';
import { Turns } from './turns.js';

/** What the calls of accounts share. */
export interface Office extends HubParts {
  readonly callers: Callers;
  readonly checkPassword: ReturnType<typeof passwordCheck>;
}

/**
 * Where passwords are checked, whatever for. Attempts are counted by user and by address, because a password is guessed
 * from many places and one place guesses many; a right one costs nothing. Only a few are hashed at once. `purpose` is for
 * the log.
 */
export const passwordCheck = ({ accounts, limits, log }: HubParts) => {
  const turns = new Turns(limits.waitingSignIns, limits.signIns);
  return async <T extends Holder>(
    purpose: string,
    { username, password, team_slug: team, device }: DocumentOf<typeof api.SIGN_IN>,
    address: string,
    check: (request: SignInRequest) => Promise<Result<T, SignInFault>>,
  ): Promise<T> => {
    const user = username.normalize('NFC').slice(0, LONGEST_NAME);
    const buckets = [
      [`user ${user}`, limits.attemptsByUser],
      [`address ${address}`, limits.attemptsByAddress],
    ] as const;
    const refused = (reason: string, refusal: Refusal): Refusal => {
      audit(log, 'sign-in-refused', { purpose, user, address, reason });
      return refusal;
    };
    for (const [bucket, rule] of buckets) {
      if (await accounts.takeTurn(bucket, rule)) continue;
      const seconds = Math.ceil(rule.everyMs / 1000);
      throw refused('throttled', later('too-many-requests', 'Too many attempts to sign in.', seconds));
    }
    const request = {
      ...{ username, password },
      ...(team === undefined ? {} : { team }),
      ...(device === undefined ? {} : { device: device.slice(0, LONGEST_NAME) }),
    };
    const checked = await turns.take('', () => check(request));
    if (checked === 'full')
      throw refused('busy', later('too-many-requests', 'Too many sign-ins at once.', 2));
    if (!checked.ok) throw refused(checked.error, NOT_SIGNED_IN[checked.error]);
    for (const [bucket, rule] of buckets) await accounts.giveTurnBack(bucket, rule);
    const { user: name, team: own } = checked.value;
    audit(log, 'sign-in', { purpose, user: name, team: own, address });
    return checked.value;
  };
};

const NOT_SIGNED_IN: Readonly<Record<SignInFault, Refusal>> = {
  'no-team': new Refusal('not-a-member', 'The user is in no team, or not in the one asked for.'),
  'wrong-credentials': new Refusal('wrong-credentials'),
};

/** Of a user or a device, in characters. */
export const LONGEST_NAME = 100;

/** Signing in, staying signed in, and signing out, with tokens and in a browser. */
export const signInCalls = ({ accounts, store, callers, log, checkPassword }: Office): Calls => ({
  'POST /api/v1/token/': {
    summary: 'Opens a session with user name and password.',
    answers: jsonOf(api.TOKENS),
    ...taking(api.SIGN_IN, async (fields, { address }) => {
      const tokens = await checkPassword('tokens', fields, address, (request) => accounts.signIn(request));
      return json(tokensBody(tokens, store.hubId));
    }),
  },
  'POST /api/v1/token/refresh/': {
    summary: 'Spends a refresh token for the next pair of tokens.',
    answers: jsonOf(api.TOKENS),
    ...taking(api.REFRESH, async ({ refresh }, { address }) => {
      const rotated = await accounts.rotate(refresh);
      if (rotated.ok) return json(tokensBody(rotated.value, store.hubId));
      audit(log, 'access-refused', { purpose: 'refresh', reason: rotated.error, address });
      throw rotated.error === 'not-a-member'
        ? new Refusal('not-a-member')
        : new Refusal('session-ended', 'Sign in again.', {
            members: { code: 'invalid_grant', reason: rotated.error },
          });
    }),
  },
  'POST /api/v1/token/revoke/': {
    summary: 'Ends the session of a refresh token.',
    answers: {},
    ...taking(api.REFRESH, async ({ refresh }, { address }) => {
      await endSession(accounts, refresh, address, log);
      return NOTHING;
    }),
  },
  'POST /api/v1/ws-token/': {
    summary: 'Issues a token for one live connection.',
    answers: jsonOf(api.LIVE_TOKEN),
    bearer: async ({ token = '' }) => {
      const issued = await accounts.issueLiveToken(token);
      if (!issued.ok) throw bearerRefusal(issued.error);
      return json({ ws_token: issued.value.token, expires_in: issued.value.lifetimeSeconds });
    },
  },
  'GET /api/v1/me/': {
    summary: 'Says who the bearer is, in which teams, at which hub.',
    answers: jsonOf(api.ME),
    bearer: async (_request, { user, team }) =>
      json({
        ...{ user: { username: user }, username: user, team_slug: team, teams: await accounts.teamsOf(user) },
        ...{ hub_id: store.hubId, history: store.history, capabilities: CAPABILITIES },
      }),
  },
  'POST /api/v1/session/': {
    summary: 'Signs a browser in: the session is a cookie that scripts cannot read.',
    answers: jsonOf(api.BROWSER),
    ...taking(api.SIGN_IN, async (given, { address, base }) => {
      const fields = { device: 'browser', ...given };
      const tokens = await checkPassword('browser', fields, address, (request) => accounts.signIn(request));
      const cookie = callers.cookieOf(tokens, base);
      return json({ username: tokens.user, team_slug: tokens.team }, { 'set-cookie': cookie });
    }),
  },
  'POST /api/v1/session/end/': {
    summary: 'Ends the session of the browser that asks, and takes its cookie away.',
    answers: jsonOf(api.ENDED),
    open: async ({ headers, address, base }) => {
      const { cookie, refresh = '' } = callers.farewell(headers.cookie, base);
      await endSession(accounts, refresh, address, log);
      return json({ ended: true }, { 'set-cookie': cookie });
    },
  },
  'GET /api/v1/sessions/': {
    summary: 'Lists the devices and tokens with which the bearer is signed in.',
    answers: jsonOf(api.SESSIONS),
    bearer: async (_request, bearer) =>
      json({
        sessions: (await sessionsOf(accounts, bearer.user)).map((session) => ({
          id: session.sessionId,
          kind: session.kind,
          name: session.name ?? null,
          team_slug: session.team,
          opened_at: new Date(session.openedAtMs).toISOString(),
          expires_at: new Date(session.expiresAtMs).toISOString(),
          current: session.sessionId === bearer.sessionId,
        })),
      }),
  },
  'POST /api/v1/sessions/end/': {
    summary: 'Ends one device or token of the bearer, by its id.',
    body: api.SESSION_ID,
    answers: jsonOf(api.ENDED),
    bearer: async (request, { user, team }) => {
      const { id } = await readFields(request, api.SESSION_ID);
      const own = (await sessionsOf(accounts, user)).find(({ sessionId }) => sessionId === id);
      if (own === undefined) throw new Refusal('not-found', 'You have no such session.');
      await accounts.endSessions(own.kind, { id });
      audit(log, 'session-ended', { user, team, session: shortId(id), address: request.address });
      return json({ ended: true });
    },
  },
});

/** Every device and token of a user. */
const sessionsOf = async (accounts: AccountStore, user: string) => {
  const kinds: readonly SessionKind[] = ['device', 'program'];
  const lists = await Promise.all(
    kinds.map(async (kind) => (await accounts.sessions(kind, user)).map((session) => ({ kind, ...session }))),
  );
  return lists.flat();
};

/** Ends the session of a refresh token, if there is one. */
const endSession = async (
  accounts: AccountStore,
  refresh: string,
  address: string,
  log: Log,
): Promise<void> => {
  const ended = await accounts.revoke(refresh);
  if (ended === undefined) return;
  const { user, team, sessionId } = ended;
  audit(log, 'session-ended', { user, team, session: shortId(sessionId), address });
};

export const tokensBody = (tokens: SessionTokens, hubId: string) => ({
  access: tokens.access,
  refresh: tokens.refresh,
  access_lifetime: tokens.accessLifetimeSeconds,
  refresh_lifetime: tokens.refreshLifetimeSeconds,
  team_slug: tokens.team,
  hub_id: hubId,
});
