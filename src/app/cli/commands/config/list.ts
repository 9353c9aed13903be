import type { Report } from '../../define-command.js';
import { table } from '../../render/table.js';
import type { ClientContext } from '../shared/client.js';
import { readSettings, settingDocument } from './settings.js';

export const run = async (context: ClientContext<object>): Promise<Report> => {
  const settings = await readSettings(context);
  const shown = (value: unknown): string => (value === undefined ? '–' : String(value));
  const rows = settings.map(({ key, value, standard, place, meaning }) => [
    key,
    shown(value),
    shown(standard),
    place,
    meaning,
  ]);
  return {
    data: { settings: settings.map(settingDocument) },
    text: table(COLUMNS, rows, context.terminal.width),
  };
};

const COLUMNS = [
  { header: 'setting' },
  { header: 'value' },
  { header: 'default' },
  { header: 'place' },
  { header: 'meaning', flexible: true },
] as const;
