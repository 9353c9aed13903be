import { defineCommand } from '../../../define-command.js';

const ids = 'event ids; the beginning of one is enough when it names only one';
const all = { type: 'boolean', describe: 'all dead letters' } as const;

export const deadLetterCommands = [
  defineCommand({
    path: 'sync dead-letters list',
    summary: 'list the events that were given up on, with the reasons',
    options: {
      'project-uuid': { type: 'string', describe: 'only those of this project', placeholder: 'UUID' },
    },
    examples: [['spec-kitty sync dead-letters list', 'those of all projects on this machine']],
    load: () => import('./list.js'),
  }),
  defineCommand({
    path: 'sync dead-letters show <id>',
    summary: 'show one dead letter with the whole event',
    positionals: { id: 'event id; its beginning is enough when it names only one' },
    examples: [['spec-kitty sync dead-letters show 01KH0000', 'what was refused, and why']],
    load: () => import('./show.js'),
  }),
  defineCommand({
    path: 'sync dead-letters requeue [ids...]',
    summary: 'make dead letters pending again',
    details: 'An event that is damaged or invalid stays a dead letter: it can never be sent as it is.',
    positionals: { ids },
    options: { all },
    examples: [['spec-kitty sync dead-letters requeue --all', 'after the hub has been put right']],
    load: () => import('./requeue.js'),
  }),
  defineCommand({
    path: 'sync dead-letters discard [ids...]',
    summary: 'throw dead letters away',
    details: 'Asks first. They stay counted as discarded.',
    positionals: { ids },
    options: { all, yes: { type: 'boolean', describe: 'do not ask' } },
    examples: [['spec-kitty sync dead-letters discard 01KH0000 --yes', 'in a script']],
    load: () => import('./discard.js'),
  }),
];
