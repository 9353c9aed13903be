import { err, ok } from '../../domain/result.js';
import type { Result } from '../../domain/result.js';
import { isFields } from '../../domain/document.js';
import type { Log } from '../../ports/host.js';
import type { EventStore, AccountStore, BearerFault, SessionTokens } from '../../ports/hub.js';
import { audit, shortId } from './audit.js';
import { parseFrame } from './batch-body.js';
import type { HubLimits } from './hub-limits.js';
import { problem } from './problem.js';
import type { Problem } from './problem.js';
import { json, refuse } from './route.js';
import type { Answer, HubRequest, Route } from './route.js';
import { credentialsOf } from './sign-in-desk.js';
import type { SignInDesk } from './sign-in-desk.js';

/** Signing in and staying signed in. */
export const tokenRoutes = (
  accounts: AccountStore,
  { hubId, history }: Pick<EventStore, 'hubId' | 'history'>,
  { desk, limits, log }: Office,
): readonly Route[] => {
  const fieldsOf = (request: HubRequest, ...names: readonly string[]) => readFields(request, limits, names);
  return [
    {
      method: 'POST',
      path: '/api/v1/token/',
      summary: 'Opens a session with user name and password.',
      access: {
        kind: 'open',
        handle: async (request) => {
          const fields = await fieldsOf(request, 'username', 'password');
          if (!fields.ok) return refuse(fields.error);
          const credentials = credentialsOf(fields.value);
          const { username } = credentials;
          const signedIn = await desk.check({ username, address: request.address, purpose: 'tokens' }, () =>
            accounts.signIn(credentials),
          );
          return signedIn.ok ? json(tokensBody(signedIn.value, hubId)) : refuse(signedIn.error);
        },
      },
    },
    {
      method: 'POST',
      path: '/api/v1/token/refresh/',
      summary: 'Spends a refresh token for the next pair of tokens.',
      access: {
        kind: 'open',
        handle: async (request) => {
          const fields = await fieldsOf(request, 'refresh');
          if (!fields.ok) return refuse(fields.error);
          const rotated = await accounts.rotate(fields.value['refresh'] ?? '');
          if (rotated.ok) return json(tokensBody(rotated.value, hubId));
          audit(log, 'access-refused', {
            purpose: 'refresh',
            reason: rotated.error,
            address: request.address,
          });
          return refuse(
            rotated.error === 'not-a-member'
              ? problem('not-a-member')
              : problem('session-ended', 'Sign in again.', {
                  members: { code: 'invalid_grant', reason: rotated.error },
                }),
          );
        },
      },
    },
    {
      method: 'POST',
      path: '/api/v1/token/revoke/',
      summary: 'Ends the session of a refresh token.',
      access: {
        kind: 'open',
        handle: async (request) => {
          const fields = await fieldsOf(request, 'refresh');
          if (!fields.ok) return refuse(fields.error);
          const ended = await accounts.revoke(fields.value['refresh'] ?? '');
          if (ended !== undefined) {
            const { user, team, sessionId } = ended;
            audit(log, 'session-ended', {
              user,
              team,
              session: shortId(sessionId),
              address: request.address,
            });
          }
          return 'nothing';
        },
      },
    },
    {
      method: 'POST',
      path: '/api/v1/ws-token/',
      summary: 'Issues a token for one live connection.',
      access: { kind: 'bearer', handle: (request) => issueLiveToken(accounts, request) },
    },
    {
      method: 'GET',
      path: '/api/v1/me/',
      summary: 'Says who the bearer is, in which teams, at which hub.',
      access: {
        kind: 'bearer',
        handle: async (_request, bearer) =>
          json({
            user: { username: bearer.user },
            username: bearer.user,
            team_slug: bearer.team,
            teams: await accounts.teamsOf(bearer.user),
            hub_id: hubId,
            history,
          }),
      },
    },
  ];
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

const issueLiveToken = async (accounts: AccountStore, request: HubRequest): Promise<Answer> => {
  const issued = await accounts.issueLiveToken(request.token ?? '');
  return issued.ok
    ? json({ ws_token: issued.value.token, expires_in: issued.value.lifetimeSeconds })
    : refuse(bearerProblem(issued.error));
};

export const tokensBody = (tokens: SessionTokens, hubId: string) => ({
  access: tokens.access,
  refresh: tokens.refresh,
  access_lifetime: tokens.accessLifetimeSeconds,
  refresh_lifetime: tokens.refreshLifetimeSeconds,
  team_slug: tokens.team,
  hub_id: hubId,
});

const SMALL_BODY_VALUES = 100;

const FORM = 'application/x-www-form-urlencoded';

/** The text members of a JSON body, or the fields of a form; those named are required and not empty. */
export const readFields = async (
  request: HubRequest,
  limits: HubLimits,
  required: readonly string[],
): Promise<Result<Readonly<Record<string, string>>, Problem>> => {
  const body = await request.readBody({
    compressedBytes: limits.smallBodyBytes,
    rawBytes: limits.smallBodyBytes,
  });
  if (!body.ok) return body;
  const text = body.value.decode();
  if (!text.ok) return text;
  const parsed = request.contentType.startsWith(FORM)
    ? ok(Object.fromEntries(new URLSearchParams(text.value)))
    : text.value === '' && required.length === 0
      ? ok({})
      : parseFrame(text.value, SMALL_BODY_VALUES);
  if (!parsed.ok || !isFields(parsed.value))
    return err(problem('malformed-body', 'The body has to be a JSON object.'));
  const texts = Object.entries(parsed.value).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
  );
  const fields = Object.fromEntries(texts);
  const missing = required.filter((name) => !Object.hasOwn(fields, name));
  if (missing.length > 0) return err(problem('malformed-body', `The body lacks ${missing.join(' and ')}.`));
  return ok(fields);
};
