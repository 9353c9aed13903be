import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { rootCertificates } from 'node:tls';
import { isLoopbackUrl } from '../../domain/delivery/hub-url.js';
import { printable } from './printable.js';

/** How a connection to one address is made. */
export interface Way {
  readonly agents: { readonly http: HttpAgent; readonly https: HttpsAgent };
  /** Whose certificates count, as PEM; absent: those that Node trusts by itself. */
  readonly authorities?: readonly string[];
  /** Host and port of the proxy in between, for messages. */
  readonly proxy?: string;
}

/**
 * The ways from this process to hubs: through the proxy that `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` name, never
 * through one to this machine itself, and trusting the authorities of `SPEC_KITTY_CA_FILE` beside the usual ones.
 * Connections are kept for the next request until `close`.
 */
export class WayOut {
  readonly #direct = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
  readonly #proxied = new Map<string, HttpsAgent>();
  #authorities: Promise<readonly string[] | undefined> | undefined;

  /** Fails with {@link NoWayOut} when a variable names something that cannot be used. */
  async to(url: string): Promise<Way> {
    const authorities = await (this.#authorities ??= authoritiesOf());
    const trust = authorities === undefined ? {} : { authorities };
    const proxy = isLoopbackUrl(url) ? undefined : await proxyOf(url);
    if (proxy === undefined) return { agents: this.#direct, ...trust };
    return {
      agents: { http: this.#direct.http, https: await this.#through(proxy) },
      proxy: proxy.host,
      ...trust,
    };
  }

  /** Ends idle and running connections; safe to repeat. */
  close(): void {
    for (const agent of [this.#direct.http, this.#direct.https, ...this.#proxied.values()]) agent.destroy();
  }

  async #through(proxy: URL): Promise<HttpsAgent> {
    const known = this.#proxied.get(proxy.href);
    if (known !== undefined) return known;
    const { HttpsProxyAgent } = await import('hpagent');
    const agent = new HttpsProxyAgent({ keepAlive: true, proxy });
    this.#proxied.set(proxy.href, agent);
    return agent;
  }
}

/** A variable names something that no connection can be made with. */
export class NoWayOut extends Error {}

/** Only where a proxy is set, the library that reads these variables is loaded. */
const proxyOf = async (url: string): Promise<URL | undefined> => {
  const said = (name: string): string => process.env[name]?.trim() ?? '';
  const name = PROXY_VARIABLES.find((each) => said(each) !== '');
  if (name === undefined) return undefined;
  const { getProxyForUrl } = await import('proxy-from-env');
  if (getProxyForUrl(url) === '') return undefined;
  // Without a scheme it is the kind of proxy that nearly everybody has: one that is spoken to in plain HTTP.
  const address = said(name).includes('://') ? said(name) : `http://${said(name)}`;
  if (/^https?:\/\//i.test(address) && URL.canParse(address)) return new URL(address);
  throw new NoWayOut(`${name} is no address of an HTTP proxy, such as http://proxy.example.org:3128`);
};

// In the order of precedence. A hub on another machine is always an https address.
const PROXY_VARIABLES = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'] as const;

/** Node replaces its own list by one that it is given, so that the additions of both variables go with it. */
const authoritiesOf = async (): Promise<readonly string[] | undefined> => {
  const file = process.env['SPEC_KITTY_CA_FILE'];
  if (file === undefined || file === '') return undefined;
  const others = process.env['NODE_EXTRA_CA_CERTS'];
  const added = await Promise.all([
    pemOf(file).catch((error: unknown) => {
      throw new NoWayOut(`SPEC_KITTY_CA_FILE names ${printable(file)}: ${(error as Error).message}`);
    }),
    // Node itself only warns of a file that it cannot read.
    others === undefined ? undefined : pemOf(others).catch(() => undefined),
  ]);
  return [...rootCertificates, ...added.filter((each) => each !== undefined)];
};

const pemOf = async (path: string): Promise<string> => {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new Error('the file cannot be read', { cause: error });
  });
  if (!text.includes('-----BEGIN CERTIFICATE-----'))
    throw new Error('the file holds no certificate in PEM form');
  return text;
};
