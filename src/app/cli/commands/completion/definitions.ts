import { defineCommand } from '../../define-command.js';

export const completionCommands = [
  defineCommand({
    path: 'completion <shell>',
    summary: 'print a completion script for your shell',
    positionals: { shell: 'bash, zsh or fish' },
    examples: [
      ['source <(spec-kitty completion bash)', 'complete in this bash'],
      ['source <(spec-kitty completion zsh)', 'complete in this zsh'],
      ['spec-kitty completion fish | source', 'complete in this fish'],
    ],
    load: () => import('./completion.js'),
  }),
];
