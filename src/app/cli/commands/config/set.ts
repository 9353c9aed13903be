import { setSetting } from '../../../events/settings-list.js';
import type { CommandContext, Report } from '../../define-command.js';
import { bold } from '../../render/text.js';
import { settingsOf } from './settings.js';

interface Args {
  readonly key: string;
  readonly value: string;
}

export const run = async (context: CommandContext<Args>): Promise<Report> => {
  const { key, value } = context.args;
  const { ports, checkout } = await settingsOf(context);
  const place = await setSetting(ports, checkout, key, value);
  const where =
    place === 'machine'
      ? 'on this machine.'
      : 'in .kittify/config.yaml; commit it, and it holds for everybody.';
  return { data: { key, value, place }, text: [bold(key), ` is ${value} ${where}`] };
};
