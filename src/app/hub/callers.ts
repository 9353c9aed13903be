import type { IncomingMessage } from 'node:http';
import type { Bearer, BearerFault, SessionTokens } from '../../ports/hub.js';
import { audit } from './audit.js';
import type { HubParts } from './hub-parts.js';
import { isChanging } from './own-names.js';
import { Refusal } from './problem.js';

/** Who makes a request, or has a session. */
export interface Caller {
  readonly bearer: Bearer;
  /** The token that says so. */
  readonly token: string;
  /** What takes the place of a browser's cookie, when its tokens were renewed. */
  readonly cookie?: string;
}

export type Callers = ReturnType<typeof callersOf>;

/**
 * Tells who makes a request: by its bearer token, or by the cookie of a browser. That has both tokens of a session in it;
 * no script can read it, and no other site can have sent it. It is named for the hub, because all ports of a machine
 * share their cookies. `base` is the address under which the caller knows the hub.
 */
export const callersOf = ({ accounts, store, log }: HubParts) => {
  const ownName = `spec-kitty-${store.hubId.slice(0, NAMED_BY)}`;

  const header = (value: string, base: string, seconds: number): string => {
    const [prefix, secure] = base.startsWith('https:') ? [SECURE_PREFIX, '; Secure'] : ['', ''];
    return `${prefix}${ownName}=${value}; Max-Age=${seconds}; Path=/; HttpOnly; SameSite=Strict${secure}`;
  };

  const read = (cookies: string | undefined): Pick<SessionTokens, 'access' | 'refresh'> | undefined => {
    for (const each of cookies?.split(';') ?? []) {
      const [name = '', value = ''] = each.trim().split('=', 2);
      const [access, refresh] = value.split('.');
      const isOurs = name === ownName || name === `${SECURE_PREFIX}${ownName}`;
      if (isOurs && access !== undefined && refresh !== undefined) return { access, refresh };
    }
    return undefined;
  };

  /** The header that gives a browser its session. */
  const cookieOf = ({ access, refresh, refreshLifetimeSeconds }: SessionTokens, base: string): string =>
    header(`${access}.${refresh}`, base, refreshLifetimeSeconds);

  /**
   * By the cookie alone. An expired access token is renewed on the way; requests that race for that get the same pair.
   * What changes something must say where it comes from, so that a browser which sends no origin changes nothing.
   */
  const browser = async (request: IncomingMessage, base: string): Promise<Caller> => {
    const tokens = read(request.headers.cookie);
    if (tokens === undefined) throw bearerRefusal('missing');
    if (isChanging(request) && request.headers.origin === undefined) throw new Refusal('foreign-origin');
    const bearer = await accounts.identify(tokens.access, 'access');
    if (bearer.ok) return { bearer: bearer.value, token: tokens.access };
    if (bearer.error === 'not-a-member') throw new Refusal('not-a-member');
    const renewed = bearer.error === 'revoked' ? undefined : await accounts.rotate(tokens.refresh);
    if (renewed?.ok !== true) throw bearerRefusal('missing');
    const { access: token } = renewed.value;
    const again = await accounts.identify(token, 'access');
    if (!again.ok) throw bearerRefusal('missing');
    return { bearer: again.value, token, cookie: cookieOf(renewed.value, base) };
  };

  return {
    cookieOf,
    browser,
    /** The header that takes a session away, and the refresh token that a browser has sent. */
    farewell: (cookies: string | undefined, base: string) => ({
      cookie: header('', base, 0),
      refresh: read(cookies)?.refresh,
    }),
    identify: async (request: IncomingMessage, base: string, address: string): Promise<Caller> => {
      const token = bearerToken(request);
      if (token === undefined) return browser(request, base);
      const bearer = await accounts.identify(token, 'access');
      if (bearer.ok) return { bearer: bearer.value, token };
      // Tokens expire all the time, and their owners come back with the next one.
      if (bearer.error !== 'expired') audit(log, 'access-refused', { reason: bearer.error, address });
      throw bearerRefusal(bearer.error);
    },
  };
};

const NAMED_BY = 8;

/** A browser takes a cookie of such a name from the host itself only, and only over https. */
const SECURE_PREFIX = '__Host-';

/** The token of an `Authorization: Bearer` header. */
export const bearerToken = (request: IncomingMessage): string | undefined =>
  /^bearer +([^\s]+)$/i.exec(request.headers.authorization?.trim() ?? '')?.[1];

/** The refusal of a bearer token. */
export const bearerRefusal = (fault: BearerFault | 'missing'): Refusal =>
  fault === 'not-a-member'
    ? new Refusal('not-a-member', 'The user is no longer in the team of this sign-in.')
    : new Refusal('not-authenticated', BEARER_DETAILS[fault], {
        headers: { 'www-authenticate': fault === 'missing' ? 'Bearer' : 'Bearer error="invalid_token"' },
      });

const BEARER_DETAILS: Readonly<Record<Exclude<BearerFault, 'not-a-member'> | 'missing', string>> = {
  missing: 'Send the header Authorization: Bearer <token>.',
  unknown: 'This hub does not know the token.',
  expired: 'The token has expired.',
  revoked: 'The session of the token was ended.',
  spent: 'The token has opened a connection before; ask for another one.',
};
