import { LIVE_TOKEN, ME, REFRESH, SIGN_IN, TOKENS } from '../../domain/hub/api.js';
import { CAPABILITIES } from '../../domain/wire.js';
import type { Log } from '../../ports/host.js';
import type { EventStore, AccountStore, BearerFault, SessionTokens } from '../../ports/hub.js';
import { audit, shortId } from './audit.js';
import type { HubLimits } from './hub-limits.js';
import { problem } from './problem.js';
import type { Problem } from './problem.js';
import { json, jsonOf, refuse } from './route.js';
import type { Route } from './route.js';
import { requestOf, SIGN_IN_REFUSALS } from './sign-in-desk.js';
import type { SignInDesk } from './sign-in-desk.js';
import { taking } from './request-body.js';

/** Signing in and staying signed in. */
export const tokenRoutes = (
  accounts: AccountStore,
  { hubId, history }: Pick<EventStore, 'hubId' | 'history'>,
  { desk, log }: Office,
): readonly Route[] => {
  return [
    {
      method: 'POST',
      path: '/api/v1/token/',
      summary: 'Opens a session with user name and password.',
      answers: jsonOf(TOKENS),
      refuses: SIGN_IN_REFUSALS,
      ...taking(SIGN_IN, async (credentials, { address }) => {
        const { username } = credentials;
        const signedIn = await desk.check({ username, address, purpose: 'tokens' }, () =>
          accounts.signIn(requestOf(credentials)),
        );
        return signedIn.ok ? json(tokensBody(signedIn.value, hubId)) : refuse(signedIn.error);
      }),
    },
    {
      method: 'POST',
      path: '/api/v1/token/refresh/',
      summary: 'Spends a refresh token for the next pair of tokens.',
      answers: jsonOf(TOKENS),
      refuses: ['session-ended', 'not-a-member'],
      ...taking(REFRESH, async ({ refresh }, { address }) => {
        const rotated = await accounts.rotate(refresh);
        if (rotated.ok) return json(tokensBody(rotated.value, hubId));
        audit(log, 'access-refused', { purpose: 'refresh', reason: rotated.error, address });
        return refuse(
          rotated.error === 'not-a-member'
            ? problem('not-a-member')
            : problem('session-ended', 'Sign in again.', {
                members: { code: 'invalid_grant', reason: rotated.error },
              }),
        );
      }),
    },
    {
      method: 'POST',
      path: '/api/v1/token/revoke/',
      summary: 'Ends the session of a refresh token.',
      answers: {},
      ...taking(REFRESH, async ({ refresh }, { address }) => {
        await endSession(accounts, refresh, address, log);
        return 'nothing';
      }),
    },
    {
      method: 'POST',
      path: '/api/v1/ws-token/',
      summary: 'Issues a token for one live connection.',
      answers: jsonOf(LIVE_TOKEN),
      bearer: async ({ token = '' }) => {
        const issued = await accounts.issueLiveToken(token);
        return issued.ok
          ? json({ ws_token: issued.value.token, expires_in: issued.value.lifetimeSeconds })
          : refuse(bearerProblem(issued.error));
      },
    },
    {
      method: 'GET',
      path: '/api/v1/me/',
      summary: 'Says who the bearer is, in which teams, at which hub.',
      answers: jsonOf(ME),
      bearer: async (_request, { user, team }) =>
        json({
          ...{ user: { username: user }, username: user, team_slug: team },
          ...{ teams: await accounts.teamsOf(user), hub_id: hubId, history, capabilities: CAPABILITIES },
        }),
    },
  ];
};

/** Ends the session of a refresh token, if there is one. */
export const endSession = async (
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

/** What the routes of accounts share. */
export interface Office {
  readonly desk: SignInDesk;
  readonly limits: HubLimits;
  readonly log: Log;
}

/** The refusal of a bearer token. */
export const bearerProblem = (fault: BearerFault | 'missing'): Problem =>
  fault === 'not-a-member'
    ? problem('not-a-member', 'The user is no longer in the team of this sign-in.')
    : problem('not-authenticated', BEARER_DETAILS[fault], {
        headers: { 'www-authenticate': fault === 'missing' ? 'Bearer' : 'Bearer error="invalid_token"' },
      });

const BEARER_DETAILS: Readonly<Record<Exclude<BearerFault, 'not-a-member'> | 'missing', string>> = {
  missing: 'Send the header Authorization: Bearer <token>.',
  unknown: 'This hub does not know the token.',
  expired: 'The token has expired.',
  revoked: 'The session of the token was ended.',
  spent: 'The token has opened a connection before; ask for another one.',
};

export const tokensBody = (tokens: SessionTokens, hubId: string) => ({
  access: tokens.access,
  refresh: tokens.refresh,
  access_lifetime: tokens.accessLifetimeSeconds,
  refresh_lifetime: tokens.refreshLifetimeSeconds,
  team_slug: tokens.team,
  hub_id: hubId,
});
