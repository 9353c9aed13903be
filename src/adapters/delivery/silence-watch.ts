import type { Timer } from '../../ports/host.js';

/** What a watch needs to know of a session. */
export interface WatchedSession {
  /** How many frames of any kind have arrived. */
  frames(): number;
  /** Whether we ourselves read nothing at the moment. */
  isSuspended(): boolean;
  /** Makes a living peer send a frame. */
  ask(): void;
}

/**
 * Resolves `true` when no frame came for `silenceMs`, `false` when the signal aborted first. It looks a dozen times
 * in that span instead of restarting a timer at every frame, so that silence is noticed at most a twelfth too late;
 * half-way it asks, since a hub with nothing to say is not gone.
 */
export const watchSilence = async (
  session: WatchedSession,
  silenceMs: number,
  timer: Timer,
  signal: AbortSignal,
): Promise<boolean> => {
  let seen = session.frames();
  let silentLooks = 0;
  while (silentLooks < LOOKS) {
    await timer.sleep(silenceMs / LOOKS, signal);
    if (signal.aborted) return false;
    const frames = session.frames();
    silentLooks = frames === seen && !session.isSuspended() ? silentLooks + 1 : 0;
    seen = frames;
    if (silentLooks === LOOKS / 2) session.ask();
  }
  return true;
};

const LOOKS = 12;
