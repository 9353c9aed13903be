import { DEFAULT_SETTINGS } from '../../domain/delivery/settings.js';
import type { SettingsReading } from '../../ports/config.js';
import type { CaptureLimits } from '../../ports/queue.js';

/** How much may wait in one outbox, as the user set it or by default. */
export const captureLimits = ({ maxQueueSize }: SettingsReading): CaptureLimits => ({
  maxWaiting: maxQueueSize ?? DEFAULT_SETTINGS.maxQueueSize,
});
