import { printable } from './printable.js';
import { NoWayOut } from './way-out.js';

/** How a request came to no answer that could be read. */
export type HttpFailure =
  /** The network or the hub let us down; the same request may succeed later. */
  | { readonly kind: 'no-answer'; readonly reason: string }
  /** Something came back that is not HTTP or not what its headers say. */
  | { readonly kind: 'garbled'; readonly reason: string };

/**
 * Reads what Node, got or the proxy's agent threw. The address, the headers and the body never appear in the reason;
 * the proxy that the request was to go through does, since nobody would look for it otherwise.
 */
export const httpFailure = (error: unknown, proxy?: string): HttpFailure => {
  if (error instanceof NoWayOut) return { kind: 'no-answer', reason: error.message };
  const { code, event } = error as { readonly code?: unknown; readonly event?: unknown };
  // A compressed answer that ends too early is a connection that ended too early.
  if (typeof code === 'string' && code !== 'Z_BUF_ERROR' && /^(Z_|HPE_|ERR__ERROR_)/.test(code)) {
    return { kind: 'garbled', reason: `the answer cannot be read (${printable(code)})` };
  }
  return { kind: 'no-answer', reason: connectionFailure(error as Error, event, proxy) };
};

/** Why there is no connection, or no longer one, from what a socket or an agent threw. */
export const connectionFailure = (error: Error, event?: unknown, proxy?: string): string => {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined && Object.hasOwn(CERTIFICATES, code)) return CERTIFICATES[code] as string;
  const refusal = proxy === undefined ? null : PROXY_REFUSAL.exec(error.message);
  if (refusal !== null) return proxyRefusal(proxy ?? '', refusal[1] ?? '');
  const reason = code === 'ETIMEDOUT' ? (TIMEOUTS[String(event)] ?? 'timed out') : reasonOf(code);
  return proxy === undefined ? reason : `${reason}, on the way through the proxy ${printable(proxy)}`;
};

const reasonOf = (code: string | undefined): string =>
  code === undefined ? 'network failure' : (REASONS[code] ?? `network failure (${printable(code)})`);

// The words of the agent for an answer to CONNECT that is not 200; it has no code for them.
const PROXY_REFUSAL = /^Bad response: (\d{3})$/;

const proxyRefusal = (proxy: string, status: string): string =>
  status === '407'
    ? `the proxy ${printable(proxy)} asks for a user name and a password (407); write them into the variable: http://USER:PASSWORD@HOST:PORT`
    : `the proxy ${printable(proxy)} does not let this request through (${status})`;

const UNTRUSTED =
  'the certificate of the hub is from an authority that is not trusted here; set SPEC_KITTY_CA_FILE to a file with the certificate of that authority';

const CERTIFICATES: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  CERT_UNTRUSTED: UNTRUSTED,
  CERT_HAS_EXPIRED: 'the certificate of the hub has expired; whoever runs the hub has to renew it',
  CERT_NOT_YET_VALID:
    'the certificate of the hub is not valid yet; compare the clock of this machine with the right time',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'the certificate of the hub is for another host name; sign in with the name that is in the certificate',
};

const TIMEOUTS: Readonly<Record<string, string>> = {
  lookup: 'the host name was not resolved in time',
  connect: 'no connection in time',
  secureConnect: 'no TLS connection in time',
  response: 'no answer in time',
  request: 'the answer was not complete in time',
};

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  ENOTFOUND: 'host name unknown',
  EAI_AGAIN: 'host name cannot be resolved now',
  EHOSTUNREACH: 'no way to the host',
  ENETUNREACH: 'no network',
  ERR_ABORTED: 'interrupted',
  EPROTO: 'the other side does not speak TLS on this port; compare the address and the port',
  ERR_SSL_WRONG_VERSION_NUMBER:
    'the other side does not speak TLS on this port; compare the address and the port',
  Z_BUF_ERROR: 'connection reset',
};
