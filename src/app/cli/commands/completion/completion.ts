import { SyncError } from '../../../../domain/errors.js';
import type { Run } from '../../define-command.js';
import { COMPLETION_SCRIPTS, SHELLS } from './shells.js';

interface Args {
  readonly shell: string;
}

export const run: Run<Args> = ({ args, terminal }) => {
  const script = COMPLETION_SCRIPTS.get(args.shell);
  if (script === undefined) {
    throw new SyncError('wrong-usage', `There is no completion script for "${args.shell}".`, {
      hint: `There are: ${SHELLS.map((shell) => `"spec-kitty completion ${shell}"`).join(', ')}.`,
    });
  }
  terminal.raw(script);
  return Promise.resolve({ data: { shell: args.shell, script } });
};
