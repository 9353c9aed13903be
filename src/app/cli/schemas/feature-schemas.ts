import { LANES, STATUS_LANES } from '../../../domain/events/lane.js';
import {
  choice,
  documentOf,
  flag,
  integer,
  list,
  object,
  orNull,
  text,
  type DocumentSchema,
} from './schema.js';
import { work } from './shared-schemas.js';

const place = (absence: string) => orNull(choice([...LANES, 'canceled'], absence));

const leftover = {
  work_package_id: text(),
  kind: choice(['worktree', 'branch']),
  name: text('absolute path of the work tree, or the name of the branch'),
};

/** What makes, shows, checks and clears up features. */
export const featureSchemas: readonly DocumentSchema[] = [
  {
    command: 'feature new',
    schema: object({
      ...work,
      feature: text('the name of its folder'),
      directory: text('relative to the project'),
      work_packages: list(
        object({
          id: text(),
          title: text(),
          dependencies: list(text()),
          path: text('relative to the project'),
        }),
      ),
      files: list(text(), 'everything that was written, relative to the project'),
    }),
  },
  documentOf('feature check', {
    feature: text(),
    lines: list(
      object(
        {
          path: text('relative to the project'),
          verdict: choice(['read', 'passed-over', 'fault']),
          what: text('what is read, or why it is not'),
        },
        { line: integer('counted from 1; absent for the file as a whole') },
      ),
      'file by file, in each by line',
    ),
    faults: list(text(), 'why it cannot be finalized as it is'),
  }),
  documentOf('feature clean', {
    feature: text(),
    removed: list(object(leftover)),
    removable: list(object(leftover), 'what can go, when it was not removed'),
    kept: list(object({ ...leftover, reason: text('why it stays, as the end of a sentence') })),
  }),
  documentOf(
    'agent tasks show',
    {
      feature: text(),
      work_package_id: text(),
      title: text(),
      lane: place('`null`: the status log says nothing of it yet'),
      agent: orNull(text('who is in charge')),
      dependencies: list(
        object({
          work_package_id: text(),
          title: orNull(text()),
          lane: place('`null`: it cannot be read, or has no lane yet'),
        }),
      ),
      branch: text(),
      worktree: orNull(text('absolute path; `null`: its branch is checked out nowhere')),
      file: text('absolute path'),
      documents: list(text(), 'absolute paths of spec.md, plan.md and tasks.md, as far as they are there'),
      tasks: list(
        object({ task_id: orNull(text()), text: text(), is_done: flag() }),
        'its boxes in tasks.md',
      ),
      text: text('what is to be done: its file without front matter, feedback and Activity Log'),
      feedback: text('what reviewers asked for; empty when there is nothing'),
      history: list(
        object({ timestamp: text(), agent: text(), lane: text(), note: text() }),
        'its Activity Log, oldest first',
      ),
    },
    { detail: choice(STATUS_LANES, 'the finer lane, where it has a name of its own') },
  ),
];

const strategy = choice(['merge', 'squash']);

/** What `merge` and `accept` print. */
export const mergeSchemas: readonly DocumentSchema[] = [
  documentOf(
    'merge',
    {
      feature: text(),
      target: text('branch that was merged into'),
      strategy,
      is_dry_run: flag('nothing was done; `work_packages` says what would be'),
      work_packages: list(
        object(
          {
            work_package_id: text(),
            branch: text(),
            outcome: choice(['merged', 'already-merged', 'no-commits', 'no-branch', 'already-done']),
            from: choice(LANES),
            to: choice(LANES, 'the same lane when it stayed'),
          },
          { commit: text('that merged it; absent in a dry run') },
        ),
        'in the order of merging',
      ),
      ...work,
    },
    {
      conflict: object(
        {
          work_package_id: text(),
          branch: text(),
          paths: list(text()),
          after: list(text(), 'that were to be merged before it, and merge cleanly'),
        },
        { directory: text('work tree that has the branch checked out') },
        'in a dry run: what would keep all of them from being merged',
      ),
      obstacle: object(
        { obstacle: choice(['changes', 'under-way', 'gone', 'shared', 'moved']) },
        {
          directory: text('work tree that has the target checked out'),
          directories: list(text()),
          paths: list(text(), 'that the merge would overwrite'),
          operation: text('such as `rebase`'),
        },
        'in a dry run: why the target could not move',
      ),
    },
  ),
  documentOf('accept', {
    feature: text(),
    is_check: flag('nothing was done; `accepted` says what would be'),
    accepted: list(text()),
    refused: list(
      object({
        work_package_id: text(),
        reasons: list(
          object({
            code: choice([
              'wrong-lane',
              'open-boxes',
              'open-tasks',
              'unknown-tasks',
              'no-tasks',
              'needs-clarification',
              'missing-documents',
              'dirty-tree',
              'dirty-worktree',
              'not-merged',
            ]),
            message: text(),
            remedy: text('how to mend it'),
            places: list(object({ path: text() }, { line: integer() }), 'where to look'),
          }),
        ),
      }),
    ),
    already_done: list(text()),
    without_commits: list(text(), 'accepted, and nobody has committed anything on their branches'),
    is_feature_completed: flag(),
    ...work,
  }),
];
