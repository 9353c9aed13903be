import { afterFailure, delayMs, RESTED, type Backoff } from '../../domain/delivery/backoff.js';
import type { ConnectionStatus } from '../../domain/delivery/connection.js';
import type { Randomness, Timer, WallClock } from '../../ports/host.js';
import type { Flush, FlushReport } from './flush.js';
import type { LiveLink } from './live-session.js';

/** How long nothing has to happen before everything is looked at again. */
export const FLUSH_INTERVAL_MS = 5 * 60 * 1000;

/** A final flush may hold up the end of its host for so long. */
export const FINAL_FLUSH_MS = 2000;

export interface BackgroundHost {
  readonly flush: Pick<Flush, 'run'>;
  /** Absent: batches only. */
  readonly live?: Pick<LiveLink, 'run' | 'status'>;
  readonly timer: Timer;
  readonly wallClock: WallClock;
  readonly randomness: Randomness;
  /** A signal that aborts when the returned function is called. */
  abortable(): { readonly signal: AbortSignal; abort(): void };
}

export interface BackgroundStatus {
  readonly connection: ConnectionStatus;
  /** The last flush that ended, and when, milliseconds since 1970. */
  readonly last?: { readonly report: FlushReport; readonly atMs: number };
}

/**
 * Delivers while no one waits, inside a long-lived process: at start, when nudged, when a backoff is over, and every
 * five minutes. It owns nothing that could be lost: everything is in the outboxes.
 */
export class BackgroundSyncService {
  readonly #host: BackgroundHost;
  #running: { readonly ended: Promise<void>; abort(): void } | undefined;
  #wake: (() => void) | undefined;
  /** A nudge during a flush must not be lost: what was captured may lie behind what the flush has read. */
  #isNudged = false;
  #last: BackgroundStatus['last'];
  #backoff: Backoff = RESTED;

  constructor(host: BackgroundHost) {
    this.#host = host;
  }

  /** Begins to deliver; does nothing when it has begun already. */
  start(): void {
    if (this.#running !== undefined) return;
    const { signal, abort } = this.#host.abortable();
    const ended = Promise.all([this.#loop(signal), this.#host.live?.run(signal)]).then(() => undefined);
    this.#running = { ended, abort };
  }

  /** Something was captured or the connection came back: there may be work. */
  nudge(): void {
    this.#isNudged = true;
    this.#wake?.();
  }

  /** Ends with one last flush of at most two seconds; safe to repeat. */
  async stop(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    running.abort();
    this.#wake?.();
    await running.ended;
    const { signal, abort } = this.#host.abortable();
    const flushed = this.#host.flush.run({ isInsisted: false }, signal);
    await Promise.race([flushed, this.#host.timer.sleep(FINAL_FLUSH_MS, signal)]);
    abort();
    await flushed;
  }

  status(): BackgroundStatus {
    return {
      connection: this.#host.live?.status ?? 'Offline',
      ...(this.#last === undefined ? {} : { last: this.#last }),
    };
  }

  async #loop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#isNudged = false;
      const report = await this.#host.flush.run({ isInsisted: false }, signal);
      this.#last = { report, atMs: this.#host.wallClock.nowMs() };
      if (!this.#isNudged && !signal.aborted) await this.#rest(this.#pauseAfter(report));
    }
  }

  #pauseAfter(report: FlushReport): number {
    const { ended } = report;
    if (ended.end === 'unavailable') {
      this.#backoff = afterFailure(report.delivered + report.duplicate > 0 ? RESTED : this.#backoff);
      return delayMs(this.#backoff, this.#host.randomness.next(), ended.retryAfterMs);
    }
    this.#backoff = RESTED;
    return FLUSH_INTERVAL_MS;
  }

  /** Sleeps until the pause is over or somebody nudges. */
  async #rest(pauseMs: number): Promise<void> {
    const pause = this.#host.abortable();
    this.#wake = pause.abort;
    await this.#host.timer.sleep(pauseMs, pause.signal);
    this.#wake = undefined;
  }
}
