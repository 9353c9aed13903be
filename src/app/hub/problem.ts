import { json, type Answer } from './route.js';

/**
 * Every way in which the hub refuses a request, once: RFC 9457 problem documents. The type is stable and may be
 * compared; title and detail are for people. None of them ever carries a stack trace, a payload or a token.
 */
export const PROBLEMS = {
  'malformed-body': { status: 400, title: 'The body is not what this call expects.' },
  'malformed-query': { status: 400, title: 'A parameter cannot be used.' },
  'malformed-request': { status: 400, title: 'This is not an HTTP request.' },
  'not-authenticated': { status: 401, title: 'A valid token is needed.' },
  'wrong-credentials': { status: 401, title: 'User name or password is wrong.' },
  'session-ended': { status: 401, title: 'This sign-in has ended.' },
  'device-waits': { status: 400, title: 'The device is not signed in.' },
  'not-a-member': { status: 403, title: 'The user is not in this team.' },
  'foreign-origin': { status: 403, title: 'The request comes from a page of another site.' },
  'not-found': { status: 404, title: 'There is nothing here.' },
  'method-not-allowed': { status: 405, title: 'This call has another method.' },
  'request-timeout': { status: 408, title: 'The request did not arrive in time.' },
  'history-changed': { status: 409, title: 'The hub was restored: its log has another history.' },
  'body-too-large': { status: 413, title: 'The body is too large.' },
  'batch-too-large': { status: 413, title: 'The batch holds too many events.' },
  'unsupported-encoding': { status: 415, title: 'The encoding of the body is not supported.' },
  'unknown-host': { status: 421, title: 'This hub has another name.' },
  'too-many-requests': { status: 429, title: 'Too much at once.' },
  'headers-too-large': { status: 431, title: 'The headers are too large.' },
  'internal-error': { status: 500, title: 'The hub made a mistake.' },
  'board-behind': { status: 503, title: 'The board is not complete at the moment.' },
  'storage-failed': { status: 503, title: 'The hub cannot store or read at the moment.' },
  stopping: { status: 503, title: 'The hub is stopping.' },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>;

export type ProblemKind = keyof typeof PROBLEMS;

/** A refusal. Whoever finds that a request cannot be served throws it; the door, or a page with a form, answers it. */
export class Refusal extends Error {
  readonly kind: ProblemKind;
  readonly more: MoreOfRefusal;

  /** `message`: what its title does not say. */
  constructor(kind: ProblemKind, message = '', more: MoreOfRefusal = {}) {
    super(message);
    this.kind = kind;
    this.more = more;
  }
}

interface MoreOfRefusal {
  readonly headers?: Readonly<Record<string, string>>;
  /** More members of the document. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** A refusal of what may be tried again after so many seconds. */
export const later = (kind: ProblemKind, message: string, seconds: number): Refusal =>
  new Refusal(kind, message, { headers: { 'retry-after': String(seconds) } });

/** A refusal for a person. */
export const inWords = ({ kind, message }: Refusal) => ({
  detail: message === '' ? PROBLEMS[kind].title : message,
  status: PROBLEMS[kind].status,
});

/** The stable name of a way to be refused. */
export const problemType = (kind: ProblemKind): string => `urn:spec-kitty-sync:problem:${kind}`;

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** What a refusal answers. Clients of the base contract read `error` and `details` instead of the standard members. */
export const refusing = ({ kind, message, more }: Refusal): Answer => {
  const { status, title } = PROBLEMS[kind];
  const document = {
    type: problemType(kind),
    title,
    status,
    detail: message === '' ? undefined : message,
    error: title,
    details: message,
    ...more.members,
  };
  return { ...json(document, more.headers), status, contentType: PROBLEM_CONTENT_TYPE };
};
