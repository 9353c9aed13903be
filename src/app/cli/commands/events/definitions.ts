import { defineCommand } from '../../define-command.js';

export const eventsCommands = [
  defineCommand({
    path: 'events list',
    summary: 'list the events captured in this project on this machine',
    options: {
      wp: { type: 'string', describe: 'only events about this work package', placeholder: 'WPnn' },
      limit: { type: 'number', describe: 'the newest so many; 50 when not given', placeholder: 'N' },
    },
    examples: [['spec-kitty events list --wp WP01', 'what happened to WP01']],
    load: () => import('./list.js'),
  }),
  defineCommand({
    path: 'events import',
    summary: 'take over events that an older client left behind',
    details: 'Reads that file only. Events keep id, machine and clock; what is known already is skipped.',
    options: {
      'from-queue-db': {
        type: 'string',
        describe: 'queue.db of spec-kitty 2.x',
        required: true,
        placeholder: 'FILE',
      },
    },
    examples: [['spec-kitty events import --from-queue-db ~/.spec-kitty/queue.db', 'once, after upgrading']],
    load: () => import('./import.js'),
  }),
];
