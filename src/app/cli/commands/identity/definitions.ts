import { defineCommand } from '../../define-command.js';

export const identityCommands = [
  defineCommand({
    path: 'identity show',
    summary: 'show project, node and checkout, and where each value comes from',
    examples: [['spec-kitty identity show', 'who the events of this directory say they are from']],
    load: () => import('./show.js'),
  }),
];
