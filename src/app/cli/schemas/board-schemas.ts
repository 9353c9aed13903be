import { LANES, STATUS_LANES } from '../../../domain/events/lane.js';
import { USAGE_SUM } from '../../../domain/events/usage.js';
import {
  choice,
  documentOf,
  flag,
  integer,
  list,
  of,
  orNull,
  object,
  text,
  type DocumentSchema,
} from './schema.js';
import { work } from './shared-schemas.js';

const lane = choice(LANES);

/** What is canceled is in none of our lanes. */
const PLACES = [...LANES, 'canceled'];

const finer = { detail: choice(STATUS_LANES, 'the finer lane, where it has a name of its own') };

const usage = object(
  USAGE_SUM,
  {},
  'what runs of agents took for it: of each measure the sum and how many runs said it, `null`: none did. The duration is measured, the others are what agents report',
);

const card = object(
  {
    work_package_id: text(),
    title: text(),
    lane: orNull(choice(PLACES, '`null`: the status log says nothing of it yet')),
    agent: orNull(text('who is in charge')),
    since_ms: orNull(
      integer('when it came into its lane, milliseconds since 1970; `null`: its log does not tell'),
    ),
    age_ms: orNull(integer('how long ago that was')),
    dependencies: list(text()),
    waits_for: list(text(), 'of a planned one: the dependencies that nobody has finished implementing'),
    tasks: integer('boxes of its section in tasks.md'),
    open_tasks: integer('those that are not ticked'),
  },
  { ...finer, usage },
);

const board = {
  feature: text(),
  lanes: object(
    Object.fromEntries(LANES.map((each) => [each, integer()])),
    { canceled: integer('listed apart: neither open nor done') },
    'how many work packages each lane has',
  ),
  work_packages: list(card, 'ascending by number'),
  unreadable: list(text(), 'files that cannot be understood, with the reason'),
  passed_over: list(text(), 'files that look like work packages and are not read, with the reason'),
};

const origin = { from: choice(PLACES, 'absent: it had no lane'), ...finer };

const unblocked = list(text(), 'work packages that have one dependency less to wait for');

const id = of('id', text());
const named = { work_package_id: id, title: text() };
const heldBy = { ...named, agent: orNull(text('who is in charge')) };

const beside = { warnings: list(text(), 'front matters that contradict the status log') };

/** The board of a feature, and what marks something on it. */
export const boardSchemas: readonly DocumentSchema[] = [
  documentOf('agent tasks status', board, beside),
  documentOf('agent tasks list', board, beside),
  documentOf('agent tasks ready', {
    feature: text(),
    ready: list(
      object({
        ...named,
        chain: integer('how many are done one after the other from here on, this one included'),
      }),
      'may begin now; the first one first',
    ),
    waiting: list(
      object({
        ...named,
        waits_for: list(object({ work_package_id: id, lane: text() })),
      }),
      'wait for others',
    ),
    in_work: list(object(heldBy), 'somebody has them'),
    to_review: list(object(heldBy), 'wait for somebody who reviews them'),
    decisions: list(
      object({ work_package_id: of('id', orNull(text())), reason: text() }),
      'what nobody but a person can settle',
    ),
  }),
  ...['implement', 'agent tasks next'].map((command) => ({
    command,
    schema: object(
      {
        ...work,
        feature: text(),
        work_package_id: text(),
        outcome: choice(['started', 'already-doing']),
        worktree: text('absolute path'),
        worktree_was: choice(['made', 'existing']),
        branch: text(),
      },
      {
        agent: text('who is in charge'),
        base: text('what the branch was started from; absent: it was there already'),
      },
    ),
  })),
  {
    command: 'agent tasks move-task',
    schema: object(
      {
        ...work,
        feature: text(),
        work_package_id: text(),
        path: text('its file, relative to the project'),
        outcome: choice(['moved', 'already-there']),
        to: lane,
        unblocked,
        is_feature_completed: flag(),
      },
      origin,
    ),
  },
  {
    command: 'agent tasks add-history',
    schema: object({
      ...work,
      feature: text(),
      work_package_id: text(),
      path: text('its file, relative to the project'),
      type: text('of the entry'),
      line: text('of the Activity Log'),
    }),
  },
  {
    command: 'agent tasks mark-status',
    schema: object({
      ...work,
      feature: text(),
      work_packages: list(
        object(
          {
            work_package_id: text(),
            outcome: choice(['moved', 'already-there']),
            to: lane,
          },
          origin,
        ),
      ),
      tasks: list(
        object({
          task_id: text(),
          work_package_id: text('whose section of tasks.md holds the task'),
          outcome: choice(['marked', 'already-so']),
          is_done: flag(),
        }),
      ),
      unblocked,
      is_feature_completed: flag(),
    }),
  },
];
