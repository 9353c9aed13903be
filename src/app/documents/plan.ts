import type { GenericSchema } from 'valibot';
import { RUN_STATUSES, STANDINGS } from '../../domain/agents/state.js';
import { LANES, STATUS_LANES } from '../../domain/events/lane.js';
import { USAGE_SUM, type UsageSum } from '../../domain/events/usage.js';
import { ACCEPTANCE_CODES } from '../../domain/work/acceptance.js';
import {
  choice,
  countsOf,
  document,
  flag,
  integer,
  items,
  list,
  object,
  of,
  orNull,
  text,
  versionOf,
} from './words.js';

/** What a workflow command tells beside its own result. */
export const work = {
  version: versionOf(2),
  commit: orNull(text('the commit that was made, if any')),
  events: items('what became of the events of this command', {
    event_id: text(),
    outcome: choice(['captured', 'waiting', 'unconfirmed', 'refused', 'kept']),
    'event_type?': text(),
  }),
};

const lane = choice(LANES);

/** What is canceled is in none of our lanes. */
const PLACES = [...LANES, 'canceled'] as const;

const place = (absence: string) => orNull(choice(PLACES, absence));

const finer = { 'detail?': choice(STATUS_LANES, 'the finer lane, where it has a name of its own') };

/** In the words of the wire also in the program. */
const usage: GenericSchema<unknown, UsageSum> = object(
  'what runs of agents took for it: of each measure the sum and how many runs said it, `null`: none did. The duration is measured, the others are what agents report',
  USAGE_SUM,
);

const card = object({
  work_package_id: text(),
  title: text(),
  lane: place('`null`: the status log says nothing of it yet'),
  agent: orNull(text('who is in charge')),
  since_ms: orNull(
    integer('when it came into its lane, milliseconds since 1970; `null`: its log does not tell'),
  ),
  age_ms: orNull(integer('how long ago that was')),
  dependencies: list(text()),
  waits_for: list(text(), 'of a planned one: the dependencies that nobody has finished implementing'),
  tasks: integer('boxes of its section in tasks.md'),
  open_tasks: integer('those that are not ticked'),
  ...finer,
  'usage?': usage,
});

const cards = {
  feature: text(),
  lanes: of(
    'counts',
    object('how many work packages each lane has', {
      ...countsOf(LANES),
      'canceled?': integer('listed apart: neither open nor done'),
    }),
  ),
  work_packages: of('cards', list(card, 'ascending by number')),
  unreadable: list(text(), 'files that cannot be understood, with the reason'),
  passed_over: list(text(), 'files that look like work packages and are not read, with the reason'),
};

const origin = { 'from?': choice(PLACES, 'absent: it had no lane'), ...finer };

const unblocked = list(text(), 'work packages that have one dependency less to wait for');

const id = of('id', text());
const named = { work_package_id: id, title: text() };
const heldBy = { ...named, agent: orNull(text('who is in charge')) };

const beside = { 'warnings?': list(text(), 'front matters that contradict the status log') };

const begun = object({
  ...work,
  feature: text(),
  work_package_id: text(),
  outcome: choice(['started', 'already-doing']),
  worktree: text('absolute path'),
  worktree_was: choice(['made', 'existing']),
  branch: text(),
  'agent?': text('who is in charge'),
  'base?': text('what the branch was started from; absent: it was there already'),
});

const leftover = {
  work_package_id: text(),
  kind: choice(['worktree', 'branch']),
  name: text('absolute path of the work tree, or the name of the branch'),
};

const limits = object('what the run may do at most', {
  max_parallel: integer('agents that run at once'),
  max_retries: integer('how often a work package may be sent back'),
  timeout_ms: integer('for a run of an agent that has no limit of its own'),
  merges: flag('whether what is approved is merged'),
});

const standing = object('where the orchestration stands', {
  run_id: text('the correlation id of all its events'),
  feature: text(),
  status: choice(RUN_STATUSES),
  started_at: text('ISO 8601'),
  updated_at: text('ISO 8601'),
  agents: list(text(), 'in the order of preference'),
  limits,
  counts: object('work packages by `standing`', countsOf(STANDINGS)),
  work_packages: items({
    id: text(),
    title: text(),
    standing: choice(STANDINGS, '`paused` needs a person, `blocked` waits for one that does'),
    stage: text('of the run; finer than `standing`'),
    rejections: integer('how often changes were requested'),
    waits_for: list(text(), 'work packages'),
    'lane?': text(),
    'agent?': text('who has it, or had it last'),
    'phase?': choice(['implementation', 'review']),
    'detail?': text('why a person has to look'),
  }),
});

/** What the commands about the plan of a project print. */
export const plan = {
  'agent tasks status': document({ ...cards, ...beside }),
  'agent tasks list': document({ ...cards, ...beside }),
  'agent tasks ready': document({
    feature: text(),
    ready: items('may begin now; the first one first', {
      ...named,
      chain: integer('how many are done one after the other from here on, this one included'),
    }),
    waiting: items('wait for others', { ...named, waits_for: items({ work_package_id: id, lane: text() }) }),
    in_work: items('somebody has them', heldBy),
    to_review: items('wait for somebody who reviews them', heldBy),
    decisions: items('what nobody but a person can settle', {
      work_package_id: of('id', orNull(text())),
      reason: text(),
    }),
  }),
  'agent feature finalize-tasks': object({
    ...work,
    feature: text(),
    outcome: choice(['finalized', 'nothing-to-do'], '`nothing-to-do`: all was written and announced before'),
    work_packages: items({
      id: text(),
      title: text(),
      lane: choice([...PLACES, 'uninitialized'], '`uninitialized`: it had none before this'),
      ...finer,
      dependencies: list(text()),
      decided_by: choice(['manifest', 'tasks', 'front-matter'], 'the document that says its dependencies'),
    }),
    updated: list(text(), 'work packages whose front matter was written'),
    'seeded?': list(text(), 'those that the status log has as planned from now on; absent: there is no log'),
    announced: list(text(), 'the feature and work packages that were announced just now'),
    warnings: list(text()),
    ignored: items('ids that `tasks.md` names and excludes', {
      work_package_id: text('whose section names it'),
      id: text(),
      line: integer(),
    }),
    uncommitted: list(text(), 'documents that git does not have as they are, relative to the project'),
    reading: object('lines of the plan, as `feature check` shows them', {
      read: integer(),
      passed_over: integer(),
    }),
  }),
  implement: begun,
  'agent tasks next': begun,
  'agent tasks move-task': object({
    ...work,
    feature: text(),
    work_package_id: text(),
    path: text('its file, relative to the project'),
    outcome: choice(['moved', 'already-there']),
    to: lane,
    unblocked,
    is_feature_completed: flag(),
    ...origin,
  }),
  'agent tasks add-history': object({
    ...work,
    feature: text(),
    work_package_id: text(),
    path: text('its file, relative to the project'),
    type: text('of the entry'),
    line: text('of the Activity Log'),
  }),
  'agent tasks mark-status': object({
    ...work,
    feature: text(),
    work_packages: items({
      work_package_id: text(),
      outcome: choice(['moved', 'already-there']),
      to: lane,
      ...origin,
    }),
    tasks: items({
      task_id: text(),
      work_package_id: text('whose section of tasks.md holds the task'),
      outcome: choice(['marked', 'already-so']),
      is_done: flag(),
    }),
    unblocked,
    is_feature_completed: flag(),
  }),
  'feature new': object({
    ...work,
    feature: text('the name of its folder'),
    directory: text('relative to the project'),
    work_packages: items({
      id: text(),
      title: text(),
      dependencies: list(text()),
      path: text('relative to the project'),
    }),
    files: list(text(), 'everything that was written, relative to the project'),
  }),
  'feature check': document({
    feature: text(),
    lines: items('file by file, in each by line', {
      path: text('relative to the project'),
      verdict: choice(['read', 'passed-over', 'fault']),
      what: text('what is read, or why it is not'),
      'line?': integer('counted from 1; absent for the file as a whole'),
    }),
    faults: list(text(), 'why it cannot be finalized as it is'),
  }),
  'feature clean': document({
    feature: text(),
    removed: items(leftover),
    removable: items('what can go, when it was not removed', leftover),
    kept: items({ ...leftover, reason: text('why it stays, as the end of a sentence') }),
  }),
  'agent tasks show': document({
    feature: text(),
    work_package_id: text(),
    title: text(),
    lane: place('`null`: the status log says nothing of it yet'),
    agent: orNull(text('who is in charge')),
    dependencies: items({
      work_package_id: text(),
      title: orNull(text()),
      lane: place('`null`: it cannot be read, or has no lane yet'),
    }),
    branch: text(),
    worktree: orNull(text('absolute path; `null`: its branch is checked out nowhere')),
    file: text('absolute path'),
    documents: list(text(), 'absolute paths of spec.md, plan.md and tasks.md, as far as they are there'),
    tasks: items('its boxes in tasks.md', { task_id: orNull(text()), text: text(), is_done: flag() }),
    text: text('what is to be done: its file without front matter, feedback and Activity Log'),
    feedback: text('what reviewers asked for; empty when there is nothing'),
    history: items('its Activity Log, oldest first', {
      timestamp: text(),
      agent: text(),
      lane: text(),
      note: text(),
    }),
    ...finer,
  }),
  merge: document({
    feature: text(),
    target: text('branch that was merged into'),
    strategy: choice(['merge', 'squash']),
    is_dry_run: flag('nothing was done; `work_packages` says what would be'),
    work_packages: items('in the order of merging', {
      work_package_id: text(),
      branch: text(),
      outcome: choice(['merged', 'already-merged', 'no-commits', 'no-branch', 'already-done']),
      from: choice(LANES),
      to: choice(LANES, 'the same lane when it stayed'),
      'commit?': text('that merged it; absent in a dry run'),
    }),
    ...work,
    'conflict?': object('in a dry run: what would keep all of them from being merged', {
      work_package_id: text(),
      branch: text(),
      paths: list(text()),
      after: list(text(), 'that were to be merged before it, and merge cleanly'),
      'directory?': text('work tree that has the branch checked out'),
    }),
    'obstacle?': object('in a dry run: why the target could not move', {
      obstacle: choice(['changes', 'under-way', 'gone', 'shared', 'moved']),
      'directory?': text('work tree that has the target checked out'),
      'directories?': list(text()),
      'paths?': list(text(), 'that the merge would overwrite'),
      'operation?': text('such as `rebase`'),
    }),
  }),
  accept: document({
    feature: text(),
    is_check: flag('nothing was done; `accepted` says what would be'),
    accepted: list(text()),
    refused: items({
      work_package_id: text(),
      reasons: items({
        code: choice(ACCEPTANCE_CODES),
        message: text(),
        remedy: text('how to mend it'),
        places: items('where to look', { path: text(), 'line?': integer() }),
      }),
    }),
    already_done: list(text()),
    without_commits: list(text(), 'accepted, and nobody has committed anything on their branches'),
    is_feature_completed: flag(),
    ...work,
  }),
  orchestrate: document({
    action: choice(['run', 'status', 'abort', 'dry-run'], 'what was asked for'),
    'ended?': choice(['completed', 'paused', 'interrupted', 'aborted'], 'of a run'),
    'is_running?': flag('of `status`: whether a process is at work on it now'),
    'orchestration?': orNull(standing, 'of a run and of `status`; `null` when there was never one'),
    'feature?': text('of `abort`'),
    'run_id?': text('of `abort`'),
    'outcome?': choice(['aborted', 'stopped', 'already-aborted', 'already-completed'], 'of `abort`'),
    'plan?': object('of `dry-run`', {
      feature: text(),
      agents: list(text()),
      commands: items({
        agent: text(),
        argv: list(text(), 'program and arguments, with placeholders'),
        stated_by: choice(['program', 'project'], 'who says how it is called'),
        redefines: flag('whether the project says it instead of what is known by that name'),
      }),
      limits,
      waves: list(list(text()), 'what can be worked on at the same time, wave after wave'),
      elsewhere: list(text(), 'in `doing` already'),
      done: list(text()),
    }),
  }),
};
