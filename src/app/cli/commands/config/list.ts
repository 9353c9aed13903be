import type { CommandContext, Report } from '../../define-command.js';
import { bold, dim, lines } from '../../render/text.js';
import { readSettings, settingDocument } from './settings.js';

/** Each on a line with what it means below, which no width cuts. */
export const run = async (context: CommandContext<object>): Promise<Report> => {
  const settings = await readSettings(context);
  const shown = (value: unknown): string => (value === undefined ? 'nothing' : String(value));
  return {
    data: { settings: settings.map(settingDocument) },
    text: lines(
      settings.flatMap(({ key, value, standard, place, meaning }) => [
        [bold(key), ` = ${shown(value)}`, dim(`  (default ${shown(standard)}; of the ${place})`)],
        `  ${meaning}`,
      ]),
    ),
  };
};
