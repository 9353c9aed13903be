import { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { Refusal } from './problem.js';

export interface ListenerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** PEM texts; with them the hub speaks https and wss only. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Base address under which people know the hub, when a proxy is in front of it or it has a name. */
  readonly publicUrl?: string;
}

type Announced = Omit<ListenerOptions, 'port'>;

/**
 * Refuses what comes under a foreign name. A page of another site can make a browser call the hub, under the hub's name
 * (then `Origin` tells) or under a name of its own that it lets point here (then `Host` does). An address in numbers
 * cannot be made to point elsewhere, so it is always the hub's own.
 */
export class OwnNames {
  readonly #listener: Announced;
  readonly #publicUrl: URL | undefined;
  readonly #certificate: X509Certificate | undefined;

  constructor(listener: Announced) {
    this.#listener = listener;
    this.#publicUrl = listener.publicUrl === undefined ? undefined : new URL(listener.publicUrl);
    this.#certificate = listener.tls === undefined ? undefined : new X509Certificate(listener.tls.cert);
  }

  /** Why the request is refused; `undefined` when it is not. */
  judge(request: IncomingMessage): Refusal | undefined {
    const host = request.headers.host ?? '';
    if (!this.#isOwn(host)) {
      return new Refusal(
        'unknown-host',
        'Start the hub with --public-url and the address that is used here.',
      );
    }
    const { origin } = request.headers;
    if (origin === undefined || !isChanging(request) || this.#isOwnOrigin(origin, host)) return undefined;
    return new Refusal('foreign-origin');
  }

  /** Base address for links: the announced one, or the one that the caller uses. */
  base(request: IncomingMessage): string {
    if (this.#publicUrl !== undefined) return this.#publicUrl.href.replace(/\/+$/, '');
    return `${this.#listener.tls === undefined ? 'http' : 'https'}://${request.headers.host ?? ''}`;
  }

  #isOwn(host: string): boolean {
    const name = unbracketed(nameOf(`http://${host}`)?.hostname ?? '');
    if (name === '') return false;
    return (
      isIP(name) !== 0 ||
      name === 'localhost' ||
      name === this.#listener.host.toLowerCase() ||
      name === this.#publicUrl?.hostname ||
      this.#certificate?.checkHost(name) !== undefined
    );
  }

  #isOwnOrigin(origin: string, host: string): boolean {
    const url = nameOf(origin);
    const own = [nameOf(`${url?.protocol ?? 'http:'}//${host}`), this.#publicUrl];
    return url !== undefined && own.some((each) => each?.origin === url.origin);
  }
}

/** Whether a request may change something, as far as its head tells. */
export const isChanging = ({ method = '', headers }: IncomingMessage): boolean =>
  headers.upgrade !== undefined || !['GET', 'HEAD', 'OPTIONS'].includes(method);

/** Whether an address, as it stands in a URL or without brackets, or a name is this machine itself. */
export const isLoopback = (host: string): boolean => {
  const name = unbracketed(host);
  return name === 'localhost' || name === '::1' || (isIP(name) !== 0 && /^(::ffff:)?127\./.test(name));
};

const unbracketed = (host: string): string => host.replace(/^\[|\]$/g, '');

const nameOf = (url: string): URL | undefined => (URL.canParse(url) ? new URL(url) : undefined);
