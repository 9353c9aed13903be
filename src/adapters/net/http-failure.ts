import { printable } from './printable.js';

/** How a request came to no answer that could be read. */
export type HttpFailure =
  /** The network or the hub let us down; the same request may succeed later. */
  | { readonly kind: 'no-answer'; readonly reason: string }
  /** Something came back that is not HTTP or not what its headers say. */
  | { readonly kind: 'garbled'; readonly reason: string };

/** Reads what Node or got threw. The address, the headers and the body never appear in the reason. */
export const httpFailure = (error: unknown): HttpFailure => {
  const { code, event } = error as { readonly code?: unknown; readonly event?: unknown };
  if (typeof code !== 'string') return { kind: 'no-answer', reason: 'network failure' };
  if (code === 'ETIMEDOUT') return { kind: 'no-answer', reason: TIMEOUTS[String(event)] ?? 'timed out' };
  // A compressed answer that ends too early is a connection that ended too early.
  if (code !== 'Z_BUF_ERROR' && /^(Z_|HPE_|ERR__ERROR_)/.test(code)) {
    return { kind: 'garbled', reason: `the answer cannot be read (${printable(code)})` };
  }
  return { kind: 'no-answer', reason: REASONS[code] ?? `network failure (${printable(code)})` };
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
  Z_BUF_ERROR: 'connection reset',
};
