import type { ConnectionStatus } from '../../domain/delivery/connection.js';
import type { BackgroundPost, Heartbeat } from '../../ports/delivery.js';
import { connectionOf, isStale } from '../delivery/heartbeat-reading.js';

/** What is known of the background process at one moment, without asking it. */
export interface BackgroundReading {
  /** `silent`: a process has the place, and has said nothing for too long: it is stopped or stuck. */
  readonly state: 'running' | 'silent' | 'not running';
  readonly connection: ConnectionStatus;
  /** What it last said of itself; absent when there never was one. */
  readonly heartbeat?: Heartbeat & { readonly ageMs: number };
}

/** Reads one small file and looks whether the place is taken. */
export const readBackground = async (
  post: Pick<BackgroundPost, 'heartbeat' | 'isOccupied'>,
  nowMs: number,
): Promise<BackgroundReading> => {
  const heartbeat = await post.heartbeat();
  const connection = connectionOf(heartbeat, nowMs);
  if (heartbeat === undefined) {
    return { state: post.isOccupied() ? 'running' : 'not running', connection };
  }
  const said = { ...heartbeat, ageMs: nowMs - heartbeat.atMs };
  if (!post.isOccupied()) return { state: 'not running', connection: 'Offline', heartbeat: said };
  return { state: isStale(heartbeat, nowMs) ? 'silent' : 'running', connection, heartbeat: said };
};
