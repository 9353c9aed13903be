import type { IncomingHttpHeaders } from 'node:http';
import type { Description } from '../../domain/document.js';
import type { Bearer } from '../../ports/hub.js';

/** One call of the API: who may make it, what it does. */
export type Call = CallOf & (Open | OfBearer);

/** Calls by `METHOD /path`; `{name}` matches one segment, and the final slash is optional in requests. */
export type Calls = Readonly<Record<`${'GET' | 'POST'} /${string}`, Call>>;

/** A call with what it matches. All of them describe the API. */
export type Route = Call & { readonly method: string; readonly path: string };

export const routesOf = (calls: Calls): readonly Route[] =>
  Object.entries(calls).map(([name, call]) => {
    const [method = '', path = ''] = name.split(' ');
    return { method, path, ...call };
  });

interface CallOf {
  /** One sentence for the API description. */
  readonly summary: string;
  /** What its query parameters are; others are borne. Any that is not as described is refused before the call is made. */
  readonly query?: Description;
  /** What its body is. */
  readonly body?: Description;
  /** By content type what it answers: nothing, if there is none. Absent where every answer is a refusal. */
  readonly answers?: Readonly<Record<string, Description>>;
}

interface Open {
  /** Anybody may make it. */
  readonly open: (request: HubRequest) => Answer | Promise<Answer>;
}

interface OfBearer {
  /** Whoever has a token may make it. */
  readonly bearer: (request: HubRequest, bearer: Bearer) => Answer | Promise<Answer>;
}

export const JSON_TYPE = 'application/json';
export const FORM_TYPE = 'application/x-www-form-urlencoded';

/** What a call answers that has one kind of document. */
export const jsonOf = (document: Description): NonNullable<Call['answers']> => ({ [JSON_TYPE]: document });

/** A request as handlers see it. */
export interface HubRequest {
  readonly params: Readonly<Record<string, string>>;
  /** Of a parameter that is repeated the last one. */
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** Where it comes from: the peer, or what a proxy on this machine says of it. */
  readonly address: string;
  /** Whether it was made on this machine, to a name that means this machine. */
  readonly isLocal: boolean;
  /** Base address under which the caller knows the hub. */
  readonly base: string;
  /** The bearer token of the request, or the access token in its cookie, if it has one. */
  readonly token: string | undefined;
  /**
   * Receives the body, at most so many bytes before and after decompression, few unless told. Callable once. What it gives
   * decompresses it and reads it as text: milliseconds of work, which does not wait for anybody.
   */
  readonly readBody: (limits?: BodyLimits) => Promise<() => string>;
}

export interface BodyLimits {
  readonly compressedBytes: number;
  readonly rawBytes: number;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly contentType?: string;
  readonly body?: string;
}

export const json = (value: unknown, headers: Readonly<Record<string, string>> = {}): Answer => ({
  ...{ status: 200, contentType: JSON_TYPE, headers },
  body: JSON.stringify(value),
});

export const NOTHING: Answer = { status: 204 };
