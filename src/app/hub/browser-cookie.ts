import type { IncomingMessage } from 'node:http';
import { err, ok, type Result } from '../../domain/result.js';
import type { AccountStore, Bearer, SessionTokens } from '../../ports/hub.js';
import { problem, type Problem } from './problem.js';

/** Both tokens of a browser's session. */
interface BrowserTokens {
  readonly access: string;
  readonly refresh: string;
}

/** Whom a cookie stands for, and the cookie that takes its place when the tokens were renewed. */
interface BrowserEntry {
  readonly bearer: Bearer;
  readonly access: string;
  readonly cookie?: string;
}

/**
 * The sign-in of a browser: both tokens of its session in one cookie, which no script can read and no other site can
 * have sent. It is named for the hub, because all ports of a machine share their cookies.
 */
export class BrowserCookie {
  readonly #name: string;

  constructor(hubId: string) {
    this.#name = `spec-kitty-${hubId.slice(0, NAMED_BY)}`;
  }

  /** The header that gives a browser its session. `base`: the address under which it knows the hub. */
  give(tokens: SessionTokens, base: string): string {
    return this.#header(`${tokens.access}.${tokens.refresh}`, base, tokens.refreshLifetimeSeconds);
  }

  /** The header that takes the session away again. */
  take(base: string): string {
    return this.#header('', base, 0);
  }

  read(cookies: string | undefined): BrowserTokens | undefined {
    for (const each of cookies?.split(';') ?? []) {
      const [name = '', value = ''] = each.trim().split('=', 2);
      const [access, refresh] = value.split('.');
      const isOurs = name === this.#name || name === `${SECURE_PREFIX}${this.#name}`;
      if (isOurs && access !== undefined && refresh !== undefined) return { access, refresh };
    }
    return undefined;
  }

  /**
   * Whom the cookie of a request stands for; `undefined` when it has none, or one that is over. An expired access token
   * is renewed on the way; requests that race for that get the same pair. What changes something must say where it
   * comes from, so that a browser which sends no origin changes nothing.
   */
  async enter(
    request: IncomingMessage,
    accounts: AccountStore,
    base: string,
  ): Promise<Result<BrowserEntry, Problem> | undefined> {
    const { method, headers } = request;
    const tokens = this.read(headers.cookie);
    if (tokens === undefined) return undefined;
    const changes = headers.upgrade !== undefined || (method !== 'GET' && method !== 'HEAD');
    if (changes && headers.origin === undefined) return err(problem('foreign-origin'));
    const bearer = await accounts.identify(tokens.access, 'access');
    if (bearer.ok) return ok({ bearer: bearer.value, access: tokens.access });
    if (bearer.error === 'not-a-member') return err(problem('not-a-member'));
    const renewed = bearer.error === 'revoked' ? undefined : await accounts.rotate(tokens.refresh);
    if (renewed?.ok !== true) return undefined;
    const { access } = renewed.value;
    const again = await accounts.identify(access, 'access');
    return again.ok ? ok({ bearer: again.value, access, cookie: this.give(renewed.value, base) }) : undefined;
  }

  #header(value: string, base: string, seconds: number): string {
    const secure = base.startsWith('https:');
    return [
      `${secure ? SECURE_PREFIX : ''}${this.#name}=${value}`,
      `Max-Age=${seconds}`,
      'Path=/',
      'HttpOnly',
      'SameSite=Strict',
      ...(secure ? ['Secure'] : []),
    ].join('; ');
  }
}

const NAMED_BY = 8;

/** A browser takes a cookie of such a name from the host itself only, and only over https. */
const SECURE_PREFIX = '__Host-';
