import { LONGEST_DELAY_MS } from '../../domain/delivery/backoff.js';
import { decideLeave, isNewer, type Leave } from '../../domain/delivery/background-life.js';
import { isSyncError } from '../../domain/errors.js';
import { DEFAULT_SETTINGS } from '../../domain/events/settings.js';
import type { BackgroundPost, Doorbell, Heartbeat } from '../../ports/delivery.js';
import type { Log, Timer, WallClock } from '../../ports/host.js';
import type { FlushReport } from './flush.js';
import { FINAL_FLUSH_MS, type BackgroundStatus, type BackgroundSyncService } from './background-sync.js';
import { NOTHING_PASSED, totalOf, type PassCounts } from './pass-report.js';
import { progressBefore } from './background-reading.js';

interface BackgroundProcessHost {
  readonly backgroundPost: BackgroundPost;
  readonly doorbell: Doorbell;
  readonly backgroundSync: Pick<BackgroundSyncService, 'start' | 'nudge' | 'stop' | 'status'>;
  readonly timer: Timer;
  readonly wallClock: WallClock;
  readonly backgroundLog: Log;
  readonly version: string;
  readonly processId: number;
}

export interface BackgroundProcessOptions {
  /** How long it stays without work. `Infinity` for a service that is meant to stay. */
  readonly lingerMs: number;
}

/** The background sync as a process of its own: one per state root, there while there is work, gone by itself after. */
export class BackgroundProcess {
  readonly #host: BackgroundProcessHost;
  readonly #startedAtMs: number;
  #lastWorkAtMs: number;
  #progressAtMs: number;
  #lastBeat: Heartbeat | undefined;
  #noted: PassCounts = NOTHING_PASSED;
  #toldTrouble: string | undefined;

  constructor(host: BackgroundProcessHost) {
    this.#host = host;
    this.#startedAtMs = host.wallClock.nowMs();
    this.#lastWorkAtMs = this.#startedAtMs;
    this.#progressAtMs = this.#startedAtMs;
  }

  /** Runs until there is a reason to leave; `busy` when another process has the place. */
  async run(options: BackgroundProcessOptions, signal: AbortSignal): Promise<Leave | 'busy'> {
    const { backgroundPost: post, backgroundSync: service, backgroundLog: log } = this.#host;
    const { doorbell, version, processId } = this.#host;
    const place = await post.occupy(patienceFor(await post.heartbeat(), version));
    if (place === undefined) return 'busy';
    try {
      log.info(`version ${version} delivers as process ${processId}`);
      // A predecessor may have made no progress for long; its successor is not to forget that.
      this.#progressAtMs = progressBefore(await post.heartbeat()) ?? this.#startedAtMs;
      const bell = await doorbell.watch(() => {
        this.#lastWorkAtMs = this.#host.wallClock.nowMs();
        service.nudge();
      });
      const leave = await this.#deliver(options, signal).finally(() => bell.close());
      this.#noteWork(service.status());
      await this.#beat(leave);
      log.info(`process ${processId} leaves: ${leave}`);
      return leave;
    } finally {
      place.release();
    }
  }

  /**
   * Delivers until the signal aborts, from a process that lasts anyway: whenever nobody else has the place, and, when a
   * newer program asked it to leave, not before that one's process is likely to have gone again. Never rejects.
   */
  async runBeside(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const left = await this.run({ lingerMs: Infinity }, signal).catch(() => 'busy' as const);
      const pauseMs = left === 'busy' ? FREE_LOOK_MS : DEFAULT_SETTINGS.lingerSeconds * 1000;
      await this.#host.timer.sleep(pauseMs, signal);
    }
  }

  /**
   * The place is given back only when nothing delivers any more, whatever ended the stay. That it leaves is noted
   * before the last flush: whoever captures later finds the note and starts a successor, and what was captured
   * earlier is in the last flush, so that no event is left to nobody.
   */
  async #deliver(options: BackgroundProcessOptions, signal: AbortSignal): Promise<Leave> {
    const { backgroundSync: service } = this.#host;
    service.start();
    try {
      const leave = await this.#stay(options, signal);
      await this.#beat(leave);
      return leave;
    } finally {
      await service.stop();
    }
  }

  async #stay({ lingerMs }: BackgroundProcessOptions, signal: AbortSignal): Promise<Leave> {
    const { backgroundPost: post, backgroundSync: service, timer, wallClock, version } = this.#host;
    for (;;) {
      const status = service.status();
      this.#noteWork(status);
      if (!(await this.#beat())) return 'state root gone';
      if (signal.aborted) return 'asked to stop';
      const leave = decideLeave({
        nowMs: wallClock.nowMs(),
        lastWorkAtMs: this.#lastWorkAtMs,
        setBackSinceMs: status.setBackSinceMs,
        isBusy: status.isFlushing,
        version,
        askedBy: await post.askedToLeave(),
        lingerMs,
      });
      if (leave !== undefined) return leave;
      await timer.sleep(LOOK_MS, signal);
    }
  }

  #noteWork({ last, totals, progressAtMs }: BackgroundStatus): void {
    const { backgroundLog: log, wallClock } = this.#host;
    const before = this.#noted;
    this.#noted = totals;
    this.#progressAtMs = progressAtMs ?? this.#progressAtMs;
    const delivered = totals.delivered - before.delivered;
    const duplicate = totals.duplicate - before.duplicate;
    if (delivered + duplicate > 0) this.#lastWorkAtMs = wallClock.nowMs();
    if (totalOf(totals) > totalOf(before)) {
      const rejected = totals.rejected - before.rejected;
      const deadLetters = totals.deadLetters - before.deadLetters;
      log.info(
        `delivered ${delivered}, already there ${duplicate}, rejected ${rejected}, given up on ${deadLetters}`,
      );
    }
    const told = last === undefined ? undefined : troubleOf(last.report);
    if (told !== undefined && told !== this.#toldTrouble) log.warn(told);
    this.#toldTrouble = told;
  }

  /** Writes the heartbeat when it says something else or grows old; `false` when there is no place to write it to. */
  async #beat(left?: Leave): Promise<boolean> {
    const beat = this.#heartbeat(left);
    const previous = this.#lastBeat;
    const isNews = previous === undefined || saidOf(previous) !== saidOf(beat);
    if (!isNews && beat.atMs - previous.atMs < BEAT_MS) return true;
    try {
      const isThere = await this.#host.backgroundPost.beat(beat);
      if (isThere) this.#lastBeat = beat;
      return isThere;
    } catch (error) {
      // A disk that is full for a while is no reason to leave: without a heartbeat it only seems to be silent.
      if (!isSyncError(error)) throw error;
      this.#host.backgroundLog.warn(error.message);
      return true;
    }
  }

  #heartbeat(left: Leave | undefined): Heartbeat {
    const { backgroundSync, version, processId, wallClock } = this.#host;
    const { connection, last, nextTryAtMs: plannedAtMs } = backgroundSync.status();
    const atMs = wallClock.nowMs();
    // After so long an outage nobody has to ask that hub again at once.
    const nextTryAtMs =
      left === 'hub out of reach' ? Math.max(plannedAtMs ?? 0, atMs + LONGEST_DELAY_MS) : plannedAtMs;
    return {
      ...{ version, processId, startedAtMs: this.#startedAtMs, atMs },
      ...{ connection, progressAtMs: this.#progressAtMs },
      ...(left === undefined ? {} : { left }),
      ...(last === undefined ? {} : { lastFlush: flushNote(last) }),
      ...(nextTryAtMs === undefined ? {} : { nextTryAtMs }),
    };
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

const flushNote = ({ report, atMs }: NonNullable<BackgroundStatus['last']>) => ({
  atMs,
  delivered: report.delivered + report.duplicate,
  ended: report.ended.end,
  ...('reason' in report.ended ? { reason: report.ended.reason } : {}),
});

const troubleOf = ({ ended }: FlushReport): string | undefined =>
  ended.end === 'complete' ? undefined : 'reason' in ended ? `${ended.end}: ${ended.reason}` : ended.end;

const saidOf = ({ atMs: _atMs, ...said }: Heartbeat): string => JSON.stringify(said);
