import { DEFAULT_SETTINGS } from '../../domain/events/settings.js';
import type { SettingsReading } from '../../ports/events.js';
import type { CaptureLimits } from '../../ports/outbox.js';

/** How much may wait in one outbox, as the user set it or by default. */
export const captureLimits = ({ maxQueueSize }: SettingsReading): CaptureLimits => ({
  maxWaiting: maxQueueSize ?? DEFAULT_SETTINGS.maxQueueSize,
});

/** For how long settled segments stay readable, in milliseconds. */
export const retentionMs = ({ retainDays }: SettingsReading): number =>
  (retainDays ?? DEFAULT_SETTINGS.retainDays) * 24 * 60 * 60 * 1000;

/** How long two batches are kept apart, in milliseconds. */
export const batchIntervalMs = ({ minBatchIntervalSeconds }: SettingsReading): number =>
  (minBatchIntervalSeconds ?? DEFAULT_SETTINGS.minBatchIntervalSeconds) * 1000;
