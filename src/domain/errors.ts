/** A kind that may be over by itself: the same call may succeed later without anybody changing anything. */
const passing = (meaning: string) => ({ retryable: true, meaning });
/** A kind that lasts until somebody changes something. */
const lasting = (meaning: string) => ({ retryable: false, meaning });

/**
 * Every way in which the program can fail, once. The kind is the stable code that a person can look up; `meaning` is what
 * happened in general, and whether it is `retryable` the word before it says. Messages are never parsed: this table is the
 * only source.
 */
export const ERROR_KINDS = {
  // identity and configuration
  'config-unreadable': lasting('a configuration file cannot be understood'),
  'config-not-writable': lasting('a configuration file cannot be written'),
  'state-root-unsafe': lasting(
    'the state root is a link, belongs to someone else, or can be written by others',
  ),
  'storage-failed': passing('a file could not be read or written'),
  'storage-corrupt': lasting('a stored file holds something it cannot hold'),
  'lock-busy': passing('another process holds a lock'),
  'lock-unsupported': lasting('no kernel lock is available on this system'),
  // workflow
  'not-a-repository': lasting('the directory is not inside a project'),
  'feature-not-found': lasting('no such feature'),
  'feature-ambiguous': lasting('several features fit and none was named'),
  'work-package-not-found': lasting('no such work package'),
  'task-not-found': lasting('no such task in the section of a work package'),
  'work-package-unreadable': lasting('a work package file cannot be understood'),
  'plan-conflicted': lasting('a planning file holds a conflict that nobody settled'),
  'tasks-unreadable': lasting('the tasks document cannot be understood'),
  'dependency-invalid': lasting('dependencies name unknown work packages or form a cycle'),
  'dependency-not-ready': lasting('a dependency is not far enough'),
  'nothing-ready': passing('no work package may begin at the moment'),
  'transition-illegal': lasting('the lane cannot be reached from the present one'),
  'commit-refused': lasting('git refused the commit; the files are as before'),
  'worktree-failed': lasting('the worktree or branch could not be made'),
  'merge-conflict': lasting('branches do not merge cleanly; the repository is as before'),
  'merge-refused': lasting('the branches cannot be merged as things stand; the repository is as before'),
  'orchestration-absent': lasting('there is no run of the orchestrator to go on with'),
  'orchestration-unfinished': lasting('a run of the orchestrator is not over yet'),
  'agents-untrusted': lasting('a repository redefines a known agent, and nobody agreed'),
  'outbox-full': lasting('the outbox has no room for more events'),
  'git-failed': lasting('a git command failed'),
  // delivery and accounts
  unreachable: passing('the hub does not answer'),
  'protocol-mismatch': lasting('client and hub do not speak the same version'),
  'not-signed-in': lasting('nobody is signed in'),
  'sign-in-failed': lasting('user name, password or token is wrong'),
  'session-expired': lasting('the hub no longer knows this sign-in'),
  'insecure-server': lasting('the server address is neither https nor loopback'),
  // general
  'wrong-usage': lasting('the command was called in a way it does not understand'),
  'input-invalid': lasting('a value that was given cannot be used'),
  'output-failed': lasting('what the command prints could not be written'),
  interrupted: passing('the work was interrupted'),
  'hub-busy': lasting('another hub already serves this data'),
  'dependency-missing': lasting('a program or package that this needs is not installed'),
} satisfies Record<string, { readonly retryable: boolean; readonly meaning: string }>;

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
