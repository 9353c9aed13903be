import type { IncomingHttpHeaders } from 'node:http';
import type { Description } from '../../domain/document.js';
import type { Bearer } from '../../ports/hub.js';
import type { Result } from '../../domain/result.js';
import {
  PROBLEM_CONTENT_TYPE,
  problemDocument,
  PROBLEMS,
  type Problem,
  type ProblemKind,
} from './problem.js';

/** One call of the API: what it matches, who may call it, what it does. The table of all of them describes the API. */
export type Route = RouteOf & (Open | OfBearer);

interface RouteOf {
  readonly method: 'GET' | 'POST';
  /** Segments between slashes; `{name}` matches one segment. The final slash is optional in requests. */
  readonly path: string;
  /** One sentence for the API description. */
  readonly summary: string;
  /** What its query parameters are; others are borne. Any that is not as described is refused before the call is made. */
  readonly query?: Description;
  /** What its body is. */
  readonly body?: Description;
  /** By content type what it answers: nothing, if there is none. Absent where every answer is a refusal. */
  readonly answers?: Readonly<Record<string, Description>>;
  /** How it is refused, beside the ways that come with a body, a bearer or the method. */
  readonly refuses?: readonly ProblemKind[];
}

interface Open {
  /** Anybody may call it. */
  readonly open: (request: HubRequest) => Answer | Promise<Answer>;
  readonly bearer?: never;
}

interface OfBearer {
  /** Whoever has a token may call it. */
  readonly bearer: (request: HubRequest, bearer: Bearer) => Answer | Promise<Answer>;
  readonly open?: never;
}

export const JSON_TYPE = 'application/json';
export const FORM_TYPE = 'application/x-www-form-urlencoded';

/** What a call answers that has one kind of document. */
export const jsonOf = (document: Description): NonNullable<Route['answers']> => ({ [JSON_TYPE]: document });

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
  /** Receives the body, at most so many bytes before and after decompression, few unless told. Callable once. */
  readonly readBody: (limits?: BodyLimits) => Promise<Result<ReceivedBody, Problem>>;
}

/** A body as it travelled. */
export interface ReceivedBody {
  /** Decompresses it and reads it as text: milliseconds of work, which does not wait for anybody. */
  decode(): Result<string, Problem>;
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

export const refuse = (refused: Problem): Answer => ({
  status: PROBLEMS[refused.kind].status,
  headers: refused.headers ?? {},
  contentType: PROBLEM_CONTENT_TYPE,
  body: problemDocument(refused),
});

/**
 * How a call may be refused, by what it is and by what it says of itself: by the status of the answer. What reaches no
 * call, because it cannot be read as a request, is {@link UNREAD}.
 */
export const refusalsByStatus = (route: Route): ReadonlyMap<number, readonly ProblemKind[]> => {
  const byStatus = new Map<number, ProblemKind[]>();
  const kinds = new Set<ProblemKind>([
    ...ALWAYS,
    ...(route.method === 'POST' ? (['foreign-origin'] as const) : []),
    ...(route.bearer === undefined ? [] : OF_BEARERS),
    ...(route.body === undefined ? [] : OF_BODIES),
    ...(route.refuses ?? []),
  ]);
  for (const kind of kinds) {
    const { status } = PROBLEMS[kind];
    byStatus.set(status, [...(byStatus.get(status) ?? []), kind]);
  }
  return byStatus;
};

export const UNREAD: readonly ProblemKind[] = ['malformed-request', 'request-timeout', 'headers-too-large'];

const ALWAYS: readonly ProblemKind[] = ['unknown-host', 'internal-error'];

/** Who they are is asked of the store. */
const OF_BEARERS: readonly ProblemKind[] = ['not-authenticated', 'not-a-member', 'storage-failed'];

/** Every body is for something that is stored. */
const OF_BODIES: readonly ProblemKind[] = [
  'malformed-body',
  'body-too-large',
  'unsupported-encoding',
  'storage-failed',
];
