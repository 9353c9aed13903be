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
];
