import { LANES, STATUS_LANES } from '../../../domain/events/lane.js';
import {
  choice,
  documentOf,
  flag,
  integer,
  list,
  orNull,
  object,
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
