import type { ConnectionStatus } from '../../domain/delivery/connection.js';
import type { BackgroundPost, Heartbeat } from '../../ports/delivery.js';
import type { DataOf } from '../documents/all.js';

/**
 * What is known of the background process at one moment, without asking it. `silent`: a process has the place, and has said
 * nothing for too long: it is stopped or stuck.
 */
export type BackgroundReading = DataOf<'sync status'>['background'];

/** Reads one small file and looks whether the place is taken. */
export const readBackground = async (
  post: Pick<BackgroundPost, 'heartbeat' | 'isOccupied'>,
  nowMs: number,
): Promise<BackgroundReading> => {
  const heartbeat = await post.heartbeat();
  const isThere = post.isOccupied();
  const isSpoken = heartbeat === undefined || !isStale(heartbeat, nowMs);
  return {
    state: !isThere ? 'not running' : isSpoken ? 'running' : 'silent',
    connection: isThere ? connectionOf(heartbeat, nowMs) : 'Offline',
    heartbeat: heartbeat && { ...heartbeat, ageMs: nowMs - heartbeat.atMs },
  };
};

/** A process that lives writes its heartbeat more often than this. */
export const HEARTBEAT_STALE_MS = 20_000;

/** Delivery that has not moved for so long while events wait is worth a word. */
export const STALLED_AFTER_MS = 60 * 60 * 1000;

/** The connection as it is known now; a heartbeat that has grown old says nothing about it. */
export const connectionOf = (heartbeat: Heartbeat | undefined, nowMs: number): ConnectionStatus =>
  heartbeat === undefined || heartbeat.left !== undefined || isStale(heartbeat, nowMs)
    ? 'Offline'
    : heartbeat.connection;

/** Whether nobody can have written it lately; clocks that were set back count as old too. */
export const isStale = (heartbeat: Heartbeat, nowMs: number): boolean =>
  Math.abs(nowMs - heartbeat.atMs) > HEARTBEAT_STALE_MS;

/** Whether it says that it runs, and has not said so for too long: it was killed, or is stopped. */
export const isSilent = (heartbeat: Heartbeat | undefined, nowMs: number): boolean =>
  heartbeat !== undefined && heartbeat.left === undefined && isStale(heartbeat, nowMs);

/**
 * Since when nothing was delivered although `waitedBefore` events, without those that were captured just now, wait;
 * absent while all is well.
 */
export const stalledSinceMs = (
  heartbeat: Heartbeat | undefined,
  waitedBefore: number | undefined,
  nowMs: number,
): number | undefined => {
  const since = progressBefore(heartbeat);
  if (since === undefined || waitedBefore === undefined || waitedBefore < 1) return undefined;
  return nowMs - since > STALLED_AFTER_MS ? since : undefined;
};

/** When there was last progress; absent where a process left with everything delivered, since nothing waited then. */
export const progressBefore = (heartbeat: Heartbeat | undefined): number | undefined =>
  heartbeat?.left === 'idle' && heartbeat.lastFlush?.ended === 'complete'
    ? undefined
    : heartbeat?.progressAtMs;
