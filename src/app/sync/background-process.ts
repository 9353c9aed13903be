import { decideLeave, type Leave } from '../../domain/delivery/background-life.js';
import { isSyncError } from '../../domain/errors.js';
import type { BackgroundPost, Doorbell, Heartbeat } from '../../ports/background.js';
import type { Timer, WallClock } from '../../ports/host.js';
import type { BackgroundStatus, BackgroundSyncService } from './background-sync.js';

export interface BackgroundProcessHost {
  readonly post: BackgroundPost;
  readonly doorbell: Doorbell;
  readonly service: Pick<BackgroundSyncService, 'start' | 'nudge' | 'stop' | 'status'>;
  readonly timer: Timer;
  readonly wallClock: WallClock;
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

  constructor(host: BackgroundProcessHost) {
    this.#host = host;
    this.#startedAtMs = host.wallClock.nowMs();
    this.#lastWorkAtMs = this.#startedAtMs;
    this.#progressAtMs = this.#startedAtMs;
  }

  /** Runs until there is a reason to leave; `busy` when another process has the place. */
  async run(options: BackgroundProcessOptions, signal: AbortSignal): Promise<Leave | 'busy'> {
    const { post, doorbell, service } = this.#host;
    const place = await post.occupy(OCCUPY_WAIT_MS);
    if (place === undefined) return 'busy';
    try {
      // A predecessor may have made no progress for long; its successor is not to forget that.
      this.#progressAtMs = (await post.heartbeat())?.progressAtMs ?? this.#startedAtMs;
      const bell = await doorbell.watch(() => {
        this.#lastWorkAtMs = this.#host.wallClock.nowMs();
        service.nudge();
      });
      const leave = await this.#deliver(options, signal).finally(() => bell.close());
      await this.#beat(leave);
      return leave;
    } finally {
      place.release();
    }
  }

  /** The place is given back only when nothing delivers any more, whatever ended the stay. */
  async #deliver(options: BackgroundProcessOptions, signal: AbortSignal): Promise<Leave> {
    const { service } = this.#host;
    service.start();
    try {
      return await this.#stay(options, signal);
    } finally {
      await service.stop();
    }
  }

  async #stay({ lingerMs }: BackgroundProcessOptions, signal: AbortSignal): Promise<Leave> {
    const { post, service, timer, wallClock, version } = this.#host;
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

  #noteWork({ last }: BackgroundStatus): void {
    if (last === undefined) return;
    const { report, atMs } = last;
    const hasMoved = report.delivered + report.duplicate > 0;
    if (hasMoved) this.#lastWorkAtMs = Math.max(this.#lastWorkAtMs, atMs);
    if (hasMoved || report.ended.end === 'complete') this.#progressAtMs = atMs;
  }

  /** Writes the heartbeat when it says something else or grows old; `false` when there is no place to write it to. */
  async #beat(left?: Leave): Promise<boolean> {
    const beat = this.#heartbeat(left);
    const previous = this.#lastBeat;
    const isNews = previous === undefined || saidOf(previous) !== saidOf(beat);
    if (!isNews && beat.atMs - previous.atMs < BEAT_MS) return true;
    try {
      await this.#host.post.beat(beat);
      this.#lastBeat = beat;
      return true;
    } catch (error) {
      if (!isSyncError(error)) throw error;
      return false;
    }
  }

  #heartbeat(left: Leave | undefined): Heartbeat {
    const { connection, last, nextTryAtMs } = this.#host.service.status();
    return {
      version: this.#host.version,
      processId: this.#host.processId,
      startedAtMs: this.#startedAtMs,
      atMs: this.#host.wallClock.nowMs(),
      connection,
      progressAtMs: this.#progressAtMs,
      ...(left === undefined ? {} : { left }),
      ...(last === undefined ? {} : { lastFlush: flushNote(last) }),
      ...(nextTryAtMs === undefined ? {} : { nextTryAtMs }),
    };
  }
}

// A command that only looks whether the place is taken holds its lock for a moment.
const OCCUPY_WAIT_MS = 200;
const LOOK_MS = 500;
const BEAT_MS = 5000;

const flushNote = ({
  report,
  atMs,
}: NonNullable<BackgroundStatus['last']>): NonNullable<Heartbeat['lastFlush']> => {
  const { ended, delivered, duplicate } = report;
  return {
    atMs,
    delivered: delivered + duplicate,
    ended: ended.end,
    ...('reason' in ended ? { reason: ended.reason } : {}),
  };
};

const saidOf = ({ atMs: _atMs, ...said }: Heartbeat): string => JSON.stringify(said);
