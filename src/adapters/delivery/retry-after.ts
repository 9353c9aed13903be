import { clampRetryAfter } from '../../domain/delivery/backoff.js';

/**
 * The pause that a hub asks for, in milliseconds, within the bounds that we accept; `undefined` when it asks for
 * none or in a way nobody understands. The header holds seconds or an HTTP date.
 */
export const retryAfterMs = (header: string | undefined, nowMs: number): number | undefined => {
  const text = header?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return clampRetryAfter(Number(text) * 1000);
  // Date.parse makes a year of a lone number; every HTTP date names its month.
  const dateMs = /[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(dateMs) ? undefined : clampRetryAfter(dateMs - nowMs);
};
