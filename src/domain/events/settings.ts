/** What holds where a user set nothing. */
export const DEFAULT_SETTINGS = {
  /** Events that may wait in one outbox. */
  maxQueueSize: 100_000,
  /** Seconds between two batches. */
  minBatchIntervalSeconds: 0,
  /** Seconds that the background process stays without work. */
  lingerSeconds: 60,
  /** Days for which settled segments stay readable. */
  retainDays: 7,
} as const;

/** A setting of this machine, in `config.toml` below `[sync]`. */
export interface MachineSetting {
  /** How the program calls it. */
  readonly name: 'serverUrl' | keyof typeof DEFAULT_SETTINGS;
  readonly meaning: string;
  /** What a value has to be, as it follows "must be". */
  readonly expected: string;
  readonly isText: boolean;
  readonly holds: (value: unknown) => boolean;
}

export type MachineSettingKey =
  'server_url' | 'max_queue_size' | 'min_batch_interval' | 'linger_seconds' | 'retain_days';

const isWhole = (value: unknown): boolean => Number.isSafeInteger(value);
const isSeconds = (value: unknown): boolean =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;

/** Every setting of a machine by its key. */
export const MACHINE_SETTINGS: Readonly<Record<MachineSettingKey, MachineSetting>> = {
  server_url: {
    name: 'serverUrl',
    meaning: 'address of the hub for the next sign-in',
    expected: 'text that is not empty',
    isText: true,
    holds: (value) => typeof value === 'string' && value.trim() !== '',
  },
  max_queue_size: {
    name: 'maxQueueSize',
    meaning: 'events that may wait in one project; further ones are refused',
    expected: 'a whole number of events from 1 up',
    isText: false,
    holds: (value) => isWhole(value) && (value as number) >= 1,
  },
  min_batch_interval: {
    name: 'minBatchIntervalSeconds',
    meaning: 'seconds between two batches',
    expected: 'seconds from 0 up',
    isText: false,
    holds: isSeconds,
  },
  linger_seconds: {
    name: 'lingerSeconds',
    meaning: 'seconds that the background process stays without work',
    expected: 'seconds from 0 up',
    isText: false,
    holds: isSeconds,
  },
  retain_days: {
    name: 'retainDays',
    meaning: 'days for which delivered events stay readable here',
    expected: 'a whole number of days from 0 up',
    isText: false,
    holds: (value) => isWhole(value) && (value as number) >= 0,
  },
};
