import { defineCommand } from '../../define-command.js';

export const eventsCommands = [
  defineCommand({
    path: 'events list',
    summary: 'list the events captured in this project on this machine',
    details: 'All features, unless --feature or SPECIFY_FEATURE names one.',
    options: {
      wp: { type: 'string', describe: 'only events about this work package', placeholder: 'WPnn' },
      limit: { type: 'number', describe: 'the newest so many; 50 when not given', placeholder: 'N' },
    },
    examples: [['spec-kitty events list --wp WP01', 'what happened to WP01']],
    load: () => import('./list.js'),
  }),
  defineCommand({
    path: 'events tail',
    summary: "show the team's events live from the hub, until interrupted",
    details:
      'After a break it goes on where it was. With --json every event is one document on one line (NDJSON).',
    options: {
      after: {
        type: 'string',
        describe: 'begin after this event: its number at the hub, or its id; 0 for all',
        placeholder: 'N|ID',
      },
      wp: { type: 'string', describe: 'only events about this work package', placeholder: 'WPnn' },
      'project-uuid': { type: 'string', describe: 'only those of this project', placeholder: 'UUID' },
    },
    examples: [
      ['spec-kitty events tail --json', 'as they arrive at the hub, for a program'],
      ['spec-kitty events tail --after 0', 'everything that the hub has, then what arrives'],
    ],
    load: () => import('./tail.js'),
  }),
  defineCommand({
    path: 'events export',
    summary: "write this project's events, one JSON document on each line",
    details:
      'As they were captured, or as CloudEvents 1.0 in structured mode; nothing of them is lost in either form.',
    options: {
      format: {
        type: 'string',
        describe: 'ndjson when not given',
        choices: ['ndjson', 'cloudevents'],
      },
      output: {
        type: 'string',
        describe: 'write to this file; stdout when not given, or for -',
        placeholder: 'FILE',
      },
      wp: { type: 'string', describe: 'only events about this work package', placeholder: 'WPnn' },
      limit: { type: 'number', describe: 'the newest so many; all when not given', placeholder: 'N' },
    },
    examples: [
      ['spec-kitty events export --output events.ndjson', 'everything that was captured here'],
      ['spec-kitty events export --format cloudevents --wp WP01', 'for other tools'],
    ],
    load: () => import('./export.js'),
  }),
  defineCommand({
    path: 'events import [file]',
    summary: 'take over events from a file',
    details:
      'Envelopes or CloudEvents, one on each line or as one list. Events keep id, machine and clock; what is known already is skipped, and every line that cannot be used is named.',
    positionals: { file: 'what events export has written, or other CloudEvents; - for stdin' },
    options: {
      'from-queue-db': {
        type: 'string',
        describe: 'instead: the queue of spec-kitty 2.x, or the directory with all of its queues',
        placeholder: 'PLACE',
      },
    },
    examples: [
      ['spec-kitty events import events.ndjson', 'on another machine, or from a backup'],
      ['spec-kitty events import --from-queue-db ~/.spec-kitty', 'once, after upgrading'],
    ],
    load: () => import('./import.js'),
  }),
];
