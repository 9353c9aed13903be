import { choice, documentOf, flag, integer, list, orNull, object, text } from './schema.js';
import { projectUuid } from './shared-schemas.js';

export const doctorSchema = documentOf('sync doctor', {
  sound: flag('whether nothing is broken'),
  state_root: text(),
  free_bytes: orNull(integer()),
  findings: list(
    object({
      check: choice([
        'files',
        'disk',
        'outboxes',
        'clock',
        'settings',
        'checkouts',
        'account',
        'hub',
        'background',
        'locks',
      ]),
      severity: choice(['problem', 'warning', 'note']),
      message: text(),
      remedy: text('a command, or a sentence'),
      fixable: flag('whether --fix does it'),
    }),
    'the most urgent first',
  ),
  remedies: list(text(), 'the remedies of the findings, each once, in their order'),
  fixed: list(text(), 'what --fix has done'),
  recount: list(
    object({
      project_uuid: projectUuid,
      captured: integer(),
      accounted_for: integer('what the right side of the accounting adds up to'),
      balanced: flag(),
      waiting: integer(),
      dead_letters: integer(),
      records: integer('that can be read one by one now'),
      settled: integer('of these'),
      counted: integer('settled by the totals: at least as many, since retention removes records'),
      damaged: integer(),
      repeated: integer('event ids that are there twice'),
      highest_clock: integer('highest Lamport timestamp'),
    }),
    'of the records that are there, project by project',
  ),
});
