import { resolve } from 'node:path';
import type { CommandContext, Report } from '../../define-command.js';
import { bold } from '../../render/text.js';
import { dataOption, hubPlace } from './hub.js';
import type { OfHub } from './hub.js';

interface Args extends OfHub {
  readonly file: string;
}

/** The commands that copy all that a hub has out of its directory and back. */
export const backup = async (context: CommandContext<Args>): Promise<Report> => {
  const file = resolve(context.io.cwd, context.args.file);
  const { copies } = await hubPlace(context);
  await copies.backUp(file);
  return { data: { file }, text: ['All that the hub has is in ', bold(file), '.'] };
};

export const restore = async (context: CommandContext<Args>): Promise<Report> => {
  const file = resolve(context.io.cwd, context.args.file);
  const { copies } = await hubPlace(context);
  const former = await copies.restore(file);
  context.terminal.warn(
    'What was taken back since the backup is open again: look at hub user list, hub session list and hub token list.',
  );
  return {
    data: { file, former: former ?? null },
    text: [
      'The hub is as it was in ',
      bold(file),
      former === undefined ? '.' : `. What it had before is in ${former}.`,
      ' Clients offer again what they delivered since.',
    ],
    next: [{ line: `spec-kitty hub serve${dataOption(context.args)}` }],
  };
};
