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

const STANDINGS = [
  'done',
  'approved',
  'implementing',
  'reviewing',
  'ready',
  'waiting',
  'blocked',
  'elsewhere',
  'paused',
];

const limits = object(
  {
    max_parallel: integer('agents that run at once'),
    max_retries: integer('how often a work package may be sent back'),
    timeout_ms: integer('for a run of an agent that has no limit of its own'),
    merges: flag('whether what is approved is merged'),
  },
  {},
  'what the run may do at most',
);

const standing = object(
  {
    run_id: text('the correlation id of all its events'),
    feature: text(),
    status: choice(['running', 'paused', 'completed', 'aborted']),
    started_at: text('ISO 8601'),
    updated_at: text('ISO 8601'),
    agents: list(text(), 'in the order of preference'),
    limits,
    counts: object(
      Object.fromEntries(STANDINGS.map((word) => [word, integer()])),
      {},
      'work packages by `standing`',
    ),
    work_packages: list(
      object(
        {
          id: text(),
          title: text(),
          standing: choice(STANDINGS, '`paused` needs a person, `blocked` waits for one that does'),
          stage: text('of the run; finer than `standing`'),
          rejections: integer('how often changes were requested'),
          waits_for: list(text(), 'work packages'),
        },
        {
          lane: text(),
          agent: text('who has it, or had it last'),
          phase: choice(['implementation', 'review']),
          detail: text('why a person has to look'),
        },
      ),
    ),
  },
  {},
  'where the orchestration stands',
);

export const orchestrationSchemas: readonly DocumentSchema[] = [
  documentOf(
    'orchestrate',
    { action: choice(['run', 'status', 'abort', 'dry-run'], 'what was asked for') },
    {
      ended: choice(['completed', 'paused', 'interrupted', 'aborted'], 'of a run'),
      is_running: flag('of `status`: whether a process is at work on it now'),
      orchestration: orNull(standing, 'of a run and of `status`; `null` when there was never one'),
      feature: text('of `abort`'),
      run_id: text('of `abort`'),
      outcome: choice(['aborted', 'stopped', 'already-aborted', 'already-completed'], 'of `abort`'),
      plan: object(
        {
          feature: text(),
          agents: list(text()),
          commands: list(
            object({
              agent: text(),
              argv: list(text(), 'program and arguments, with placeholders'),
              stated_by: choice(['program', 'project'], 'who says how it is called'),
              redefines: flag('whether the project says it instead of what is known by that name'),
            }),
          ),
          limits,
          waves: list(list(text()), 'what can be worked on at the same time, wave after wave'),
          elsewhere: list(text(), 'in `doing` already'),
          done: list(text()),
        },
        {},
        'of `dry-run`',
      ),
    },
  ),
];
