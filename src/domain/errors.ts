/**
 * Every way in which the program can fail, once. The kind is the stable code that a person can look up;
 * `meaning` is what happened in general and `retryable` says whether the same call may succeed later
 * without anybody changing anything. Messages are never parsed: this table is the only source.
 */
export const ERROR_KINDS = {
  // identity and configuration
  'config-unreadable': { retryable: false, meaning: 'a configuration file cannot be understood' },
  'config-not-writable': { retryable: false, meaning: 'a configuration file cannot be written' },
  'state-root-unsafe': {
    retryable: false,
    meaning: 'the state root is a link, belongs to someone else, or can be written by others',
  },
  'storage-failed': { retryable: true, meaning: 'a file could not be read or written' },
  'storage-corrupt': { retryable: false, meaning: 'a stored file holds something it cannot hold' },
  'lock-busy': { retryable: true, meaning: 'another process holds a lock' },
  'lock-unsupported': { retryable: false, meaning: 'no kernel lock is available on this system' },
  // workflow
  'not-a-repository': { retryable: false, meaning: 'the directory is not inside a project' },
  'feature-not-found': { retryable: false, meaning: 'no such feature' },
  'feature-ambiguous': { retryable: false, meaning: 'several features fit and none was named' },
  'work-package-not-found': { retryable: false, meaning: 'no such work package' },
  'task-not-found': { retryable: false, meaning: 'no such task in the section of a work package' },
  'work-package-unreadable': { retryable: false, meaning: 'a work package file cannot be understood' },
  'plan-conflicted': { retryable: false, meaning: 'a planning file holds a conflict that nobody settled' },
  'tasks-unreadable': { retryable: false, meaning: 'the tasks document cannot be understood' },
  'dependency-invalid': {
    retryable: false,
    meaning: 'dependencies name unknown work packages or form a cycle',
  },
  'dependency-not-ready': { retryable: false, meaning: 'a dependency is not far enough' },
  'nothing-ready': { retryable: true, meaning: 'no work package may begin at the moment' },
  'transition-illegal': { retryable: false, meaning: 'the lane cannot be reached from the present one' },
  'commit-refused': { retryable: false, meaning: 'git refused the commit; the files are as before' },
  'worktree-failed': { retryable: false, meaning: 'the worktree or branch could not be made' },
  'merge-conflict': {
    retryable: false,
    meaning: 'branches do not merge cleanly; the repository is as before',
  },
  'merge-refused': {
    retryable: false,
    meaning: 'the branches cannot be merged as things stand; the repository is as before',
  },
  'orchestration-absent': { retryable: false, meaning: 'there is no run of the orchestrator to go on with' },
  'orchestration-unfinished': { retryable: false, meaning: 'a run of the orchestrator is not over yet' },
  'agents-untrusted': {
    retryable: false,
    meaning: 'a repository redefines a known agent, and nobody agreed',
  },
  'outbox-full': { retryable: false, meaning: 'the outbox has no room for more events' },
  'git-failed': { retryable: false, meaning: 'a git command failed' },
  // delivery and accounts
  unreachable: { retryable: true, meaning: 'the hub does not answer' },
  'protocol-mismatch': { retryable: false, meaning: 'client and hub do not speak the same version' },
  'not-signed-in': { retryable: false, meaning: 'nobody is signed in' },
  'sign-in-failed': { retryable: false, meaning: 'user name, password or token is wrong' },
  'session-expired': { retryable: false, meaning: 'the hub no longer knows this sign-in' },
  'insecure-server': { retryable: false, meaning: 'the server address is neither https nor loopback' },
  // general
  'wrong-usage': { retryable: false, meaning: 'the command was called in a way it does not understand' },
  'input-invalid': { retryable: false, meaning: 'a value that was given cannot be used' },
  'output-failed': { retryable: false, meaning: 'what the command prints could not be written' },
  interrupted: { retryable: true, meaning: 'the work was interrupted' },
  'hub-busy': { retryable: false, meaning: 'another hub already serves this data' },
  'dependency-missing': {
    retryable: false,
    meaning: 'a program or package that this needs is not installed',
  },
} as const satisfies Record<string, { readonly retryable: boolean; readonly meaning: string }>;

export type ErrorKind = keyof typeof ERROR_KINDS;

const BRAND = Symbol.for('spec-kitty-sync/error');

export interface SyncErrorOptions {
  readonly cause?: unknown;
  /** What the reader can do next, as a whole sentence. */
  readonly hint?: string;
}

/** The world broke, or a command cannot do what it was asked. Recognised by {@link isSyncError}, also across copies. */
export class SyncError extends Error {
  readonly kind: ErrorKind;
  readonly hint: string | undefined;
  readonly [BRAND] = true;

  constructor(kind: ErrorKind, message: string, options: SyncErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SyncError';
    this.kind = kind;
    this.hint = options.hint;
  }
}

export const isSyncError = (value: unknown): value is SyncError =>
  typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[BRAND] === true;

/** Whether the same call may succeed later although nobody changed anything. Unknown errors may not. */
export const isRetryable = (error: unknown): boolean =>
  isSyncError(error) && ERROR_KINDS[error.kind].retryable;

/** What a thrown value says, whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Ends an exhaustive switch: reached only when a new member of a union was forgotten. */
export const unreachable = (value: never): never => {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
};
