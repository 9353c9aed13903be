import { SyncError } from '../../../../domain/errors.js';
import { defineCommand } from '../../define-command.js';
import { COMPLETION_SCRIPTS, SHELLS } from './shells.js';

export const completion = defineCommand({
  path: 'completion <shell>',
  summary: 'print a completion script for your shell',
  positionals: { shell: 'bash, zsh or fish' },
  examples: [
    ['source <(spec-kitty completion bash)', 'complete in this bash'],
    ['source <(spec-kitty completion zsh)', 'complete in this zsh'],
    ['spec-kitty completion fish | source', 'complete in this fish'],
  ],
  run: async ({ args: { shell }, terminal }) => {
    const script = COMPLETION_SCRIPTS.get(shell);
    if (script === undefined) {
      throw new SyncError('wrong-usage', `There is no completion script for "${shell}".`, {
        hint: `There are: ${SHELLS.map((each) => `"spec-kitty completion ${each}"`).join(', ')}.`,
      });
    }
    terminal.raw(script);
    return { data: { shell, script } };
  },
});
