import { MACHINE_SETTINGS, type MachineSetting } from '../../domain/events/settings.js';
import type { Issue } from '../../domain/result.js';
import type { SettingsReading } from '../../ports/events.js';

/** Reads the parsed `config.toml`: usable values, and an issue for everything else. */
export const readSettings = (document: Readonly<Record<string, unknown>>): SettingsReading => {
  const issues: Issue[] = [];
  for (const key of Object.keys(document)) {
    if (key !== 'sync') issues.push({ path: key, reason: NOT_KNOWN });
  }
  const sync = document['sync'] ?? {};
  if (typeof sync !== 'object' || Array.isArray(sync)) {
    return { issues: [...issues, { path: 'sync', reason: 'must be a table' }] };
  }
  const values: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(sync)) {
    const path = `sync.${key}`;
    const setting = SETTINGS.get(key);
    if (setting === undefined) issues.push({ path, reason: NOT_KNOWN });
    else if (!setting.holds(value))
      issues.push({ path, reason: `is ignored: it must be ${setting.expected}` });
    else values[setting.name] = value;
  }
  return { ...values, issues };
};

const NOT_KNOWN = 'is not a known setting; it is kept and has no effect';

const SETTINGS: ReadonlyMap<string, MachineSetting> = new Map(Object.entries(MACHINE_SETTINGS));

/**
 * The text of `config.toml` with one setting set: the value alone is replaced, or one line is added below
 * `[sync]`, or the table is added at the end. The caller proves that the result means what it should.
 */
export const spliceSetting = (text: string, key: string, value: string | number): string => {
  const written = JSON.stringify(value);
  const present = entryOf(key);
  const eol = /\r?\n/.exec(text)?.[0] ?? '\n';
  const lines = text === '' ? [] : text.split(/(?<=\n)/);
  const entry = `${key} = ${written}`;
  const header = lines.findIndex((line) => SYNC_HEADER.test(line));
  if (header < 0)
    return `${text}${endsOpen(text) ? eol : ''}${text === '' ? '' : eol}[sync]${eol}${entry}${eol}`;
  const next = lines.findIndex((line, index) => index > header && ANY_HEADER.test(line));
  const table = lines.slice(header + 1, next < 0 ? lines.length : next);
  const position = table.findIndex((line) => present.test(line));
  if (position >= 0) {
    const replaced = (table[position] ?? '').replace(present, (_line, before: string) => before + written);
    return lines.map((line, index) => (index === header + 1 + position ? replaced : line)).join('');
  }
  const opened = endsOpen(lines[header] ?? '') ? eol : '';
  return [...lines.slice(0, header + 1), `${opened}${entry}${eol}`, ...lines.slice(header + 1)].join('');
};

const SYNC_HEADER = /^\ufeff?[ \t]*\[[ \t]*(?:sync|"sync"|'sync')[ \t]*\]/;
const ANY_HEADER = /^[ \t]*\[/;
/** Key and value; what stands behind the value stays. */
const entryOf = (key: string): RegExp =>
  new RegExp(
    String.raw`^([ \t]*(?:${key}|"${key}"|'${key}')[ \t]*=[ \t]*)(?:"(?:[^"\\\r\n]|\\.)*"|'[^'\r\n]*'|[\w.+:-]+)`,
  );

const endsOpen = (text: string): boolean => text !== '' && !text.endsWith('\n');
