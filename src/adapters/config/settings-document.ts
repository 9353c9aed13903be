import type { Issue } from '../../domain/result.js';
import type { SettingsReading } from '../../ports/config.js';

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

type SettingName = Exclude<keyof SettingsReading, 'issues'>;

interface Setting {
  readonly name: SettingName;
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
}

const NOT_KNOWN = 'is not a known setting; it is kept and has no effect';

const isWhole = (value: unknown): boolean => Number.isSafeInteger(value);
const isSeconds = (value: unknown): boolean =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;

const SETTINGS: ReadonlyMap<string, Setting> = new Map<string, Setting>([
  [
    'server_url',
    {
      name: 'serverUrl',
      expected: 'text that is not empty',
      holds: (value) => typeof value === 'string' && value.trim() !== '',
    },
  ],
  [
    'max_queue_size',
    {
      name: 'maxQueueSize',
      expected: 'a whole number of events from 1 up',
      holds: (value) => isWhole(value) && (value as number) >= 1,
    },
  ],
  [
    'min_batch_interval',
    { name: 'minBatchIntervalSeconds', expected: 'seconds from 0 up', holds: isSeconds },
  ],
  ['linger_seconds', { name: 'lingerSeconds', expected: 'seconds from 0 up', holds: isSeconds }],
  [
    'retain_days',
    {
      name: 'retainDays',
      expected: 'a whole number of days from 0 up',
      holds: (value) => isWhole(value) && (value as number) >= 0,
    },
  ],
]);
