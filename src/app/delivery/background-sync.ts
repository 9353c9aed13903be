import { messageOf } from '../../domain/errors.js';
import {
  afterFailure,
  delayMs,
  LONGEST_DELAY_MS,
  RESTED,
  type Backoff,
} from '../../domain/delivery/backoff.js';
import type { ConnectionStatus } from '../../domain/delivery/connection.js';
import type { Randomness, Timer, WallClock } from '../../ports/host.js';
import type { Flush, FlushReport } from './flush.js';
import type { LiveLink } from './live-link.js';
import type { MachineReports } from './machine-reports.js';
import { addCounts, NOTHING_PASSED, type PassCounts } from './pass-report.js';

/** How long nothing has to happen before everything is looked at again. */
export const FLUSH_INTERVAL_MS = 5 * 60 * 1000;

/** A final flush may hold up the end of its host for so long. */
export const FINAL_FLUSH_MS = 2000;

export interface BackgroundHost {
  readonly flush: Pick<Flush, 'run'>;
  /** Absent: batches only. */
  readonly live?: Pick<LiveLink, 'run' | 'status'>;
  /** Absent: no hub is told what waits here. */
  readonly reports?: Pick<MachineReports, 'run' | 'changed'>;
  readonly timer: Timer;
  readonly wallClock: WallClock;
  readonly randomness: Randomness;
}

export interface BackgroundStatus {
  readonly connection: ConnectionStatus;
  /** The last flush that ended, and when, milliseconds since 1970. */
  readonly last?: { readonly report: FlushReport; readonly atMs: number };
  /** What all flushes since the start did together. */
  readonly totals: PassCounts;
  /** When everything due was last delivered, or something was; absent before that. */
  readonly progressAtMs?: number;
  /** Whether a flush is under way. */
  readonly isFlushing: boolean;
  /** Since when the hub cannot be used; absent while it can. */
  readonly setBackSinceMs?: number;
  /** When the hub is asked again. */
  readonly nextTryAtMs?: number;
}

/**
 * Delivers while no one waits, inside a long-lived process: at start, on connect, when nudged, when a backoff is over,
 * and every five minutes. It owns nothing that could be lost: everything is in the outboxes.
 */
export class BackgroundSyncService {
  readonly #host: BackgroundHost;
  #running: Running | undefined;
  #stopping: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  /** A nudge during a flush must not be lost: what was captured may lie behind what the flush has read. */
  #isNudged = false;
  #last: BackgroundStatus['last'];
  #totals = NOTHING_PASSED;
  #progressAtMs: number | undefined;
  #backoff: Backoff = RESTED;
  #isFlushing = false;
  #setBackSinceMs: number | undefined;
  #nextTryAtMs: number | undefined;

  constructor(host: BackgroundHost) {
    this.#host = host;
  }

  /** Begins to deliver; does nothing when it has begun already. */
  start(): void {
    if (this.#running !== undefined) return;
    const [leave, cut] = [new AbortController(), new AbortController()];
    const live = this.#host.live?.run(() => this.nudge(), cut.signal);
    const reporting = this.#host.reports?.run(cut.signal);
    this.#running = { loop: this.#loop(leave.signal, cut.signal), beside: [live, reporting], leave, cut };
  }

  /** Something was captured or the connection came back: there may be work. */
  nudge(): void {
    this.#isNudged = true;
    this.#wake?.();
  }

  /**
   * Ends with one last flush, within two seconds; safe to repeat. A flush that is under way ends by itself within that
   * time: what is cut off has to be sent again.
   */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (running !== undefined) this.#stopping = this.#end(running);
    await this.#stopping;
  }

  status(): BackgroundStatus {
    return {
      connection: this.#host.live?.status ?? 'Offline',
      isFlushing: this.#isFlushing,
      totals: this.#totals,
      ...(this.#progressAtMs === undefined ? {} : { progressAtMs: this.#progressAtMs }),
      ...(this.#last === undefined ? {} : { last: this.#last }),
      ...(this.#setBackSinceMs === undefined ? {} : { setBackSinceMs: this.#setBackSinceMs }),
      ...(this.#nextTryAtMs === undefined ? {} : { nextTryAtMs: this.#nextTryAtMs }),
    };
  }

  async #loop(leave: AbortSignal, cut: AbortSignal): Promise<void> {
    while (!leave.aborted) {
      this.#isNudged = false;
      const report = await this.#flush(cut);
      if (!leave.aborted) await this.#rest(report, leave);
    }
  }

  /** Never rejects: whatever goes wrong with one flush, there is a next one. */
  async #flush(signal: AbortSignal): Promise<FlushReport> {
    this.#isFlushing = true;
    const report = await this.#host.flush.run({ isInsisted: false }, signal).catch((error: unknown) => {
      const ended = { end: 'storage-failed' as const, reason: messageOf(error) };
      return { ...NOTHING_PASSED, ended };
    });
    const atMs = this.#host.wallClock.nowMs();
    this.#isFlushing = false;
    this.#host.reports?.changed();
    this.#last = { report, atMs };
    this.#totals = addCounts(this.#totals, report);
    if (report.ended.end === 'complete' || report.delivered + report.duplicate > 0) this.#progressAtMs = atMs;
    this.#setBackSinceMs = report.ended.end === 'unavailable' ? (this.#setBackSinceMs ?? atMs) : undefined;
    return report;
  }

  /**
   * Sleeps until there is a reason to flush. A nudge does not cut a backoff short: a hub that is in trouble is not
   * asked more often because more is captured.
   */
  async #rest(report: FlushReport, signal: AbortSignal): Promise<void> {
    const { timer, wallClock, randomness } = this.#host;
    const { ended, delivered, duplicate, rejected } = report;
    if (isSetBack(report)) {
      this.#backoff = afterFailure(delivered + duplicate > 0 ? RESTED : this.#backoff);
      const retryAfterMs = ended.end === 'unavailable' ? ended.retryAfterMs : undefined;
      const pauseMs = delayMs(this.#backoff, randomness.next(), retryAfterMs);
      this.#nextTryAtMs = wallClock.nowMs() + pauseMs;
      return timer.sleep(pauseMs, signal);
    }
    this.#nextTryAtMs = undefined;
    this.#backoff = RESTED;
    if (this.#isNudged) return;
    const nudged = new AbortController();
    this.#wake = () => nudged.abort();
    const pauseMs = rejected > 0 ? LONGEST_DELAY_MS : FLUSH_INTERVAL_MS;
    await timer.sleep(pauseMs, AbortSignal.any([signal, nudged.signal]));
    this.#wake = undefined;
  }

  async #end({ loop, beside, leave, cut }: Running): Promise<void> {
    leave.abort();
    const timeUp = this.#host.timer.sleep(FINAL_FLUSH_MS, cut.signal).then(() => cut.abort());
    await loop;
    if (!cut.signal.aborted) await this.#flush(cut.signal);
    cut.abort();
    await Promise.all([...beside, timeUp]);
  }
}

interface Running {
  readonly loop: Promise<void>;
  readonly beside: readonly (Promise<void> | undefined)[];
  /** No further flush begins. */
  readonly leave: AbortController;
  /** Whatever is under way ends now. */
  readonly cut: AbortController;
}

/** Whether trying again soon may help, and trying again at once will not. */
const isSetBack = ({ ended }: FlushReport): boolean =>
  ended.end === 'unavailable' || ended.end === 'busy' || ended.end === 'nothing-moved';
