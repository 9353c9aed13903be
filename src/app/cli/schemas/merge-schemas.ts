import { LANES } from '../../../domain/events/lane.js';
import { choice, documentOf, flag, integer, list, object, text, type DocumentSchema } from './schema.js';
import { work } from './shared-schemas.js';

const lane = (description?: string) => choice(LANES, description);

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
            from: lane(),
            to: lane('the same lane when it stayed'),
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
