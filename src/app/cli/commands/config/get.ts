import { unknownSetting } from '../../../events/settings-list.js';
import type { CommandContext, Report } from '../../define-command.js';
import { readSettings, settingDocument } from './settings.js';

interface Args {
  readonly key: string;
}

export const run = async (context: CommandContext<Args>): Promise<Report> => {
  const { key } = context.args;
  const found = (await readSettings(context)).find((setting) => setting.key === key);
  if (found === undefined) throw unknownSetting(key);
  return {
    data: settingDocument(found),
    ...(found.value === undefined ? {} : { text: String(found.value) }),
  };
};
