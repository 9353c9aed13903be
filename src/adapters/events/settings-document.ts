import { canonicalJson } from '../../domain/events/canonical-json.js';
import {
  MACHINE_SETTINGS,
  type MachineSetting,
  type MachineSettingKey,
} from '../../domain/events/settings.js';
import { SyncError } from '../../domain/errors.js';
import type { Fields } from '../../domain/document.js';
import { err, ok, type Issue, type Result } from '../../domain/result.js';
import type { SettingsReading } from '../../ports/events.js';
import { parse } from '../fs/toml.js';

/** What `config.toml` says: usable values, and an issue for everything else. */
export const readSettings = (text: string): SettingsReading => {
  const parsed = parsedToml(text);
  if (!parsed.ok) return { issues: [{ path: '', reason: `config.toml cannot be read: ${parsed.error}` }] };
  const { sync = {}, ...others } = parsed.value;
  const issues: Issue[] = Object.keys(others).map((key) => ({ path: key, reason: NOT_KNOWN }));
  if (typeof sync !== 'object' || Array.isArray(sync))
    return { issues: [...issues, { path: 'sync', reason: 'must be a table' }] };
  const values: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(sync as Fields)) {
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
 * The text of `config.toml` with one setting set, proven to say that and otherwise what it said. Fails with
 * `config-unreadable` and `config-not-writable`.
 */
export const withSetting = (
  path: string,
  text: string,
  key: MachineSettingKey,
  value: string | number,
): string => {
  const before = parsedToml(text);
  if (!before.ok)
    throw new SyncError('config-unreadable', `${path} cannot be understood: ${before.error}`, {
      hint: 'Repair the file by hand.',
    });
  const spliced = spliceSetting(text, key, value);
  const after = parsedToml(spliced);
  const { sync } = before.value;
  const expected = { ...before.value, sync: { ...(sync as object | undefined), [key]: value } };
  if (after.ok && canonicalJson(after.value) === canonicalJson(expected)) return spliced;
  throw new SyncError('config-not-writable', `${path} is written in a way in which ${key} cannot be set.`, {
    hint: `Set ${key} below [sync] by hand.`,
  });
};

/** The error is the first line of the parser's message: what follows quotes the file. */
const parsedToml = (text: string): Result<Fields, string> => {
  try {
    return ok(parse(text.replace(/^\ufeff/, '')));
  } catch (error) {
    const { message, line } = error as Error & { readonly line?: number };
    const reason = message.split('\n', 1)[0] ?? '';
    return err(line === undefined ? reason : `${reason} (line ${line})`);
  }
};

/** The value alone is replaced, or one line is added below `[sync]`, or the table is added at the end. */
const spliceSetting = (text: string, key: string, value: string | number): string => {
  const written = JSON.stringify(value);
  const entry = `${key} = ${written}`;
  const eol = /\r?\n/.exec(text)?.[0] ?? '\n';
  const header = SYNC_HEADER.exec(text);
  if (header === null) {
    const before = text === '' ? '' : `${text}${text.endsWith('\n') ? '' : eol}${eol}`;
    return `${before}[sync]${eol}${entry}${eol}`;
  }
  const start = header.index + header[0].length;
  const [table = ''] = text.slice(start).split(ANY_HEADER, 1);
  const present = entryOf(key);
  const changed = present.test(table)
    ? table.replace(present, (_entry, before: string) => before + written)
    : `${eol}${entry}${table || eol}`;
  return text.slice(0, start) + changed + text.slice(start + table.length);
};

const SYNC_HEADER = /^\ufeff?[ \t]*\[[ \t]*(?:sync|"sync"|'sync')[ \t]*\].*/m;
const ANY_HEADER = /^(?=[ \t]*\[)/m;
/** Key and value; what stands behind the value stays. */
const entryOf = (key: string): RegExp =>
  new RegExp(
    String.raw`^([ \t]*(?:${key}|"${key}"|'${key}')[ \t]*=[ \t]*)(?:"(?:[^"\\\r\n]|\\.)*"|'[^'\r\n]*'|[\w.+:-]+)`,
    'm',
  );
