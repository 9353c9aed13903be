import { delayMs, LONGEST_DELAY_MS } from '../../domain/delivery/backoff.js';
import { isNewer } from '../../domain/delivery/newer-version.js';
import { isSyncError, messageOf } from '../../domain/errors.js';
import { DEFAULT_SETTINGS } from '../../domain/events/settings.js';
import type { ClientPorts } from '../../ports/client.js';
import type { Heartbeat } from '../../ports/delivery.js';
import type { Log } from '../../ports/host.js';
import { UseCase } from '../use-case.js';
import { progressBefore } from './background-reading.js';
import type { Flush, FlushReport } from './flush.js';
import type { LiveLink } from './live-link.js';
import type { MachineReports } from './machine-reports.js';
import { NOTHING_PASSED, totalOf } from './pass-report.js';

interface BackgroundNeeds extends Pick<
  ClientPorts,
  'backgroundPost' | 'doorbell' | 'timer' | 'wallClock' | 'randomness'
> {
  readonly flush: Pick<Flush, 'run'>;
  readonly liveLink: Pick<LiveLink, 'run' | 'status'>;
  readonly machineReports: Pick<MachineReports, 'run' | 'changed'>;
  readonly backgroundLog: Log;
  readonly version: string;
  readonly processId: number;
}

/** Why it leaves. */
export type Leave =
  'idle' | 'hub out of reach' | 'another version takes over' | 'state root gone' | 'asked to stop';

/** How long nothing has to happen before everything is looked at again. */
export const FLUSH_INTERVAL_MS = 5 * 60 * 1000;

/** The last flush may hold up the end for so long. */
export const FINAL_FLUSH_MS = 2000;

/** A hub that stays out of reach for so long is left to the next command. */
export const GIVE_UP_AFTER_MS = 10 * 60 * 1000;

/**
 * The background sync: it delivers while no one waits, at start, on connect, after every capture, when a backoff is over,
 * and every five minutes. One has the place of a state root, as a process of its own or beside the work of one that
 * lasts. It owns nothing that could be lost: everything is in the outboxes.
 */
export class BackgroundProcess extends UseCase<BackgroundNeeds> {
  /**
   * Runs until there is a reason to leave; `busy` when another process has the place. `lingerMs`: how long it stays
   * without work; `Infinity` for a service that is meant to stay.
   */
  async run({ lingerMs }: { readonly lingerMs: number }, signal: AbortSignal): Promise<Leave | 'busy'> {
    const { backgroundPost: post, version } = this.ports;
    const place = await post.occupy(patienceFor(await post.heartbeat(), version));
    if (place === undefined) return 'busy';
    try {
      return await new Stay(this.ports, lingerMs, await post.heartbeat()).run(signal);
    } finally {
      place.release();
    }
  }

  /**
   * Delivers until the signal aborts, from a process that lasts anyway: whenever nobody else has the place, and, when a
   * newer program asked it to leave, not before that one's process is likely to have gone again. What was captured
   * before an early end goes out all the same.
   */
  async runBeside(signal: AbortSignal): Promise<void> {
    do {
      const left = await this.run({ lingerMs: Infinity }, signal).catch(() => 'busy' as const);
      const pauseMs = left === 'busy' ? FREE_LOOK_MS : DEFAULT_SETTINGS.lingerSeconds * 1000;
      await this.ports.timer.sleep(pauseMs, signal);
    } while (!signal.aborted);
  }
}

/**
 * How long the place is waited for. A command that only looks whether it is taken holds its lock for a moment; a
 * process that has said that it leaves, or was asked to by a newer version, has its last flush to do.
 */
const patienceFor = (predecessor: Heartbeat | undefined, version: string): number => {
  const isGoing =
    predecessor !== undefined && (predecessor.left !== undefined || isNewer(version, predecessor.version));
  return isGoing ? LEAVING_WAIT_MS : OCCUPY_WAIT_MS;
};

const OCCUPY_WAIT_MS = 200;
const LOOK_MS = 500;
const FREE_LOOK_MS = 2000;
const BEAT_MS = 5000;
const LEAVING_WAIT_MS = 2 * LOOK_MS + 2 * FINAL_FLUSH_MS;

/** From taking the place to giving it back. */
class Stay {
  readonly #needs: BackgroundNeeds;
  readonly #lingerMs: number;
  /** What it says of itself. */
  #said: Omit<Heartbeat, 'atMs' | 'connection'>;
  /** What of it is in the heartbeat, and since when. */
  #written = { text: '', writtenAtMs: -Infinity };
  #lastWorkAtMs: number;
  /** Since when the hub cannot be used. */
  #setBackSinceMs: number | undefined;
  /** How often in a row the hub could not take a batch; none since the last receipt. */
  #failures = 0;
  #isFlushing = false;
  /** Since the last flush began: what was captured may lie behind what that one has read. */
  #rung = new AbortController();

  /** A predecessor may have made no progress for long; its successor is not to forget that. */
  constructor(needs: BackgroundNeeds, lingerMs: number, predecessor: Heartbeat | undefined) {
    this.#needs = needs;
    this.#lingerMs = lingerMs;
    const { version, processId } = needs;
    const startedAtMs = needs.wallClock.nowMs();
    this.#lastWorkAtMs = startedAtMs;
    const progressAtMs = progressBefore(predecessor) ?? startedAtMs;
    this.#said = { version, processId, startedAtMs, progressAtMs };
  }

  /**
   * That it leaves is noted before the last flush: whoever captures later finds the note and starts a successor, and
   * what was captured earlier is in the last flush, so that no event is left to nobody. Whatever ends the stay, nothing
   * delivers any more after it.
   */
  async run(signal: AbortSignal): Promise<Leave> {
    const { backgroundLog: log, doorbell, liveLink, machineReports, timer } = this.#needs;
    const { version, processId } = this.#needs;
    log.info(`version ${version} delivers as process ${processId}`);
    const bell = await doorbell.watch(() => {
      this.#lastWorkAtMs = this.#needs.wallClock.nowMs();
      this.#rung.abort();
    });
    // No further flush begins; whatever is under way ends now.
    const [leaving, cut] = [new AbortController(), new AbortController()];
    const delivering = this.#deliver(leaving.signal, cut.signal);
    const beside = [liveLink.run(() => this.#rung.abort(), cut.signal), machineReports.run(cut.signal)];
    let leave: Leave;
    try {
      leave = await this.#untilLeave(signal);
      await this.#beat(leave);
    } finally {
      leaving.abort();
      const timeUp = timer.sleep(FINAL_FLUSH_MS, cut.signal).then(() => cut.abort());
      await Promise.all([delivering.finally(() => cut.abort()), timeUp, ...beside]);
      bell.close();
    }
    await this.#beat(leave);
    log.info(`process ${processId} leaves: ${leave}`);
    return leave;
  }

  /** Ends with one last flush. One that is under way ends by itself: what is cut off has to be sent again. */
  async #deliver(leaving: AbortSignal, cut: AbortSignal): Promise<void> {
    while (!leaving.aborted) {
      this.#rung = new AbortController();
      const report = await this.#flush(cut);
      if (!leaving.aborted) await this.#rest(report, leaving);
    }
    if (!cut.aborted) await this.#flush(cut);
  }

  /** Never rejects: whatever goes wrong with one flush, there is a next one. */
  async #flush(cut: AbortSignal): Promise<FlushReport> {
    const { flush, machineReports, wallClock } = this.#needs;
    this.#isFlushing = true;
    const report = await flush.run({ isInsisted: false }, cut).catch((error: unknown) => {
      const ended = { end: 'storage-failed' as const, reason: messageOf(error) };
      return { ...NOTHING_PASSED, ended };
    });
    this.#isFlushing = false;
    machineReports.changed();
    this.#note(report, wallClock.nowMs());
    return report;
  }

  #note(report: FlushReport, atMs: number): void {
    const { backgroundLog: log } = this.#needs;
    const { ended, delivered, duplicate, rejected, deadLetters } = report;
    const { end, reason }: { end: string; reason?: string } = ended;
    const hasReceipts = delivered + duplicate > 0;
    if (hasReceipts) this.#lastWorkAtMs = atMs;
    this.#setBackSinceMs = end === 'unavailable' ? (this.#setBackSinceMs ?? atMs) : undefined;
    if (totalOf(report) > 0)
      log.info(
        `delivered ${delivered}, already there ${duplicate}, rejected ${rejected}, given up on ${deadLetters}`,
      );
    const before = this.#said.lastFlush;
    if (end !== 'complete' && (end !== before?.ended || reason !== before.reason))
      log.warn(reason === undefined ? end : `${end}: ${reason}`);
    const why = reason === undefined ? {} : { reason };
    const lastFlush = { atMs, delivered: delivered + duplicate, ended: end, ...why };
    const progress = hasReceipts || end === 'complete' ? { progressAtMs: atMs } : {};
    this.#said = { ...this.#said, ...progress, lastFlush };
  }

  /**
   * Sleeps until there is a reason to flush. A ring does not cut a backoff short: a hub that is in trouble is not asked
   * more often because more is captured.
   */
  async #rest({ ended, ...counts }: FlushReport, leaving: AbortSignal): Promise<void> {
    const { timer, wallClock, randomness } = this.#needs;
    // Trying again soon may help, and trying again at once will not.
    if (ended.end === 'unavailable' || ended.end === 'busy' || ended.end === 'nothing-moved') {
      this.#failures = counts.delivered + counts.duplicate > 0 ? 1 : this.#failures + 1;
      const retryAfterMs = 'retryAfterMs' in ended ? ended.retryAfterMs : undefined;
      const pauseMs = delayMs(this.#failures, randomness.next(), retryAfterMs);
      this.#said = { ...this.#said, nextTryAtMs: wallClock.nowMs() + pauseMs };
      return timer.sleep(pauseMs, leaving);
    }
    const { nextTryAtMs: _, ...said } = this.#said;
    this.#said = said;
    this.#failures = 0;
    const pauseMs = counts.rejected > 0 ? LONGEST_DELAY_MS : FLUSH_INTERVAL_MS;
    await timer.sleep(pauseMs, AbortSignal.any([leaving, this.#rung.signal]));
  }

  async #untilLeave(signal: AbortSignal): Promise<Leave> {
    for (;;) {
      if (!(await this.#beat())) return 'state root gone';
      if (signal.aborted) return 'asked to stop';
      const leave = await this.#reasonToLeave();
      if (leave !== undefined) return leave;
      await this.#needs.timer.sleep(LOOK_MS, signal);
    }
  }

  async #reasonToLeave(): Promise<Leave | undefined> {
    const { backgroundPost: post, wallClock, version } = this.#needs;
    const askedBy = await post.askedToLeave();
    if (askedBy !== undefined && isNewer(askedBy, version)) return 'another version takes over';
    const nowMs = wallClock.nowMs();
    if (this.#setBackSinceMs !== undefined)
      return nowMs - this.#setBackSinceMs >= GIVE_UP_AFTER_MS ? 'hub out of reach' : undefined;
    return !this.#isFlushing && nowMs - this.#lastWorkAtMs >= this.#lingerMs ? 'idle' : undefined;
  }

  /** Writes the heartbeat when it says something else or grows old; `false` when there is no place to write it to. */
  async #beat(left?: Leave): Promise<boolean> {
    const { backgroundLog, backgroundPost, liveLink, wallClock } = this.#needs;
    const atMs = wallClock.nowMs();
    const { nextTryAtMs = 0 } = this.#said;
    const said = {
      ...{ ...this.#said, connection: liveLink.status },
      ...(left === undefined ? {} : { left }),
      // After so long an outage nobody has to ask that hub again at once.
      ...(left === 'hub out of reach' ? { nextTryAtMs: Math.max(nextTryAtMs, atMs + LONGEST_DELAY_MS) } : {}),
    };
    const { text, writtenAtMs } = this.#written;
    if (text === JSON.stringify(said) && atMs - writtenAtMs < BEAT_MS) return true;
    try {
      const isThere = await backgroundPost.beat({ ...said, atMs });
      if (isThere) this.#written = { text: JSON.stringify(said), writtenAtMs: atMs };
      return isThere;
    } catch (error) {
      // A disk that is full for a while is no reason to leave: without a heartbeat it only seems to be silent.
      if (!isSyncError(error)) throw error;
      backgroundLog.warn(error.message);
      return true;
    }
  }
}
