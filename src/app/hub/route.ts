import type { Bearer } from '../../ports/hub.js';
import type { Result } from '../../domain/result.js';
import type { Problem } from './problem.js';

/** One call of the API: what it matches, who may call it, what it does. The table of all of them describes the API. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** Segments between slashes; `{name}` matches one segment. The final slash is optional in requests. */
  readonly path: string;
  /** One sentence for the API description. */
  readonly summary: string;
  readonly access: RouteAccess;
}

type RouteAccess =
  | { readonly kind: 'open'; readonly handle: (request: HubRequest) => Promise<Answer> }
  | { readonly kind: 'bearer'; readonly handle: (request: HubRequest, bearer: Bearer) => Promise<Answer> };

/** A request as handlers see it. */
export interface HubRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly accept: string;
  readonly contentType: string;
  /** Where it comes from: the peer, or what a proxy on this machine says of it. */
  readonly address: string;
  /** Base address under which the caller knows the hub. */
  readonly base: string;
  /** The cookies of the request as they were sent. */
  readonly cookies: string | undefined;
  /** The bearer token of the request, or the access token in its cookie, if it has one. */
  readonly token: string | undefined;
  /** Receives the body, at most so many bytes before and after decompression. Callable once. */
  readonly readBody: (limits: BodyLimits) => Promise<Result<ReceivedBody, Problem>>;
}

/** A body as it travelled. */
export interface ReceivedBody {
  /** Decompresses it and reads it as text: milliseconds of work, which does not wait for anybody. */
  decode(): Result<string, Problem>;
}

export interface BodyLimits {
  readonly compressedBytes: number;
  readonly rawBytes: number;
  /** The team that the bytes are counted for until the request is answered; nobody's when it is not known yet. */
  readonly holder?: string;
}

export type Answer =
  | {
      readonly status: number;
      readonly contentType: string;
      readonly body: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | 'nothing'
  | { readonly problem: Problem };

export const json = (value: unknown): Answer => jsonText(JSON.stringify(value));

export const jsonText = (body: string): Answer => ({ status: 200, contentType: 'application/json', body });

export const refuse = (problem: Problem): Answer => ({ problem });

/** Repeated slashes count as one, because older clients put a base address that ends in a slash before the path. */
export const segmentsOf = (path: string): readonly string[] =>
  path.split('/').filter((segment) => segment !== '');
