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
