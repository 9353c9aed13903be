import type { ErrorKind } from '../../../domain/errors.js';

/** Whatever an error can be shown as: a kind, or a defect of ours. */
export type ErrorCode = ErrorKind | 'internal';

/**
 * What a person does about each error, in general: for the page docs/errors.md, and for an error that is printed and has
 * no hint of its own, which would know more.
 */
export const ADVICE: Readonly<Record<ErrorCode, string>> = {
  'config-unreadable':
    'Correct the line that the message names. `spec-kitty init --repair` sets the config of a project aside and writes a fresh one.',
  'config-not-writable': 'Give yourself the right to write the file that the message names.',
  'state-root-unsafe':
    'Let `SPEC_KITTY_HOME`, or `~/.spec-kitty`, be a directory of your own that nobody else can write to, and no link; see `spec-kitty sync doctor`.',
  'storage-failed':
    'Check rights and free space where the message says, then run the command again; nothing has changed.',
  'storage-corrupt':
    'Restore the file that the message names, from git if it is tracked; for the state root see `spec-kitty sync doctor`.',
  'lock-busy': 'Wait until the other command has ended, and run yours again.',
  'lock-unsupported':
    'Set `SPEC_KITTY_HOME` to a directory on a local disk, or install the program that the message names.',
  'not-a-repository': 'Go to your project, or name it with `--project`.',
  'feature-not-found': 'Name one of the features that the message lists with `--feature`.',
  'feature-ambiguous': 'Name one of the features that the message lists with `--feature`.',
  'work-package-not-found':
    'Name one of the work packages that the hint lists; see `spec-kitty agent tasks list`.',
  'task-not-found':
    'Name a task that has a box, or a state in a table, below the heading of a work package in `tasks.md`. Nothing was marked.',
  'work-package-unreadable': 'Correct the lines that the message names.',
  'plan-conflicted': 'Settle the conflict in the lines that the message names, then run the command again.',
  'tasks-unreadable': 'Write `tasks.md` for the feature, then run the command again.',
  'dependency-invalid': 'Correct the lines that the message names, then finalize again.',
  'dependency-not-ready': 'Finish the dependencies first, or start from one of them with `--base`.',
  'nothing-ready':
    'Review what waits for its review, or come back later; `spec-kitty agent tasks ready` says what waits for what.',
  'transition-illegal': 'Go through the lanes that the hint names; `--force` allows any transition.',
  'commit-refused': 'Settle what git names, or leave the commit to yourself with `--no-commit`.',
  'worktree-failed': 'Do what the hint says about the branch or the work tree, then run the command again.',
  'merge-conflict':
    'Resolve the conflict in the branch that the message names, commit there, and merge again.',
  'merge-refused': 'Do what the hint says, then merge again; `spec-kitty merge --dry-run` only reports.',
  'orchestration-absent': 'Begin a run with `spec-kitty orchestrate`.',
  'orchestration-unfinished':
    'Take the run up with `spec-kitty orchestrate --resume`, or end it with `spec-kitty orchestrate --abort`.',
  'agents-untrusted':
    'Look at the commands with `spec-kitty orchestrate --dry-run`; if they may run, use `--trust-agents`.',
  'outbox-full': 'Deliver what waits with `spec-kitty sync now`; `spec-kitty sync status` shows the limit.',
  'git-failed':
    'See what git says in the message; the command needs git, and a repository that git can read.',
  unreachable: 'Check the network and the address; what was captured waits and loses nothing.',
  'protocol-mismatch': 'Bring this program and the hub to versions that know each other.',
  'not-signed-in': 'Sign in with `spec-kitty auth login`.',
  'sign-in-failed': 'Check user name, password or token, and the address of the hub.',
  'session-expired': 'Sign in again with `spec-kitty auth login`; what waits is kept.',
  'insecure-server': 'Use an address that begins with `https://`; plain `http` is for this machine only.',
  'wrong-usage': 'See the `--help` of the command.',
  'input-invalid': 'Correct the value that the message names.',
  'output-failed':
    'Make room where the output goes. What the command was asked for may be done, only its report is incomplete: look before you run it again.',
  interrupted: 'Run the same command again; it takes up what was left.',
  'hub-busy': 'Stop the other hub, or name another directory with `--data`.',
  'dependency-missing': 'Install what the message names.',
  internal:
    'This is a defect of spec-kitty. Run the command again with `SPEC_KITTY_DEBUG=1`, and report what it prints.',
};
