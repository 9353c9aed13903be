import type { EmittedIn } from '../outbox/event-emitter.js';
import type { BackgroundSyncService, BackgroundStatus } from './background-sync.js';

interface RuntimeHost {
  /** `false` when the user turned background sync off for this process (`SPEC_KITTY_SYNC=off`). */
  readonly mayStart: boolean;
  /** Sees to it that the background process runs. */
  summon(): Promise<unknown>;
  /** Made on the first start, because it loads the transports. */
  service(): Promise<Pick<BackgroundSyncService, 'start' | 'nudge' | 'stop' | 'status'>>;
}

type Service = Awaited<ReturnType<RuntimeHost['service']>>;

/**
 * What delivers beside the work of a process. It starts with the first emitted event, never for a process that emits
 * nothing, and never makes an emission wait. A short-lived command sees to it that the background process runs; a
 * long-lived host has the service in its own process.
 */
export class SyncRuntime {
  readonly #host: RuntimeHost;
  readonly #isLongLived: boolean;
  #started: Promise<Service | undefined> | undefined;
  #summoned: Promise<unknown> | undefined;

  constructor(host: RuntimeHost, isLongLived: boolean) {
    this.#host = host;
    this.#isLongLived = isLongLived;
  }

  /** Something was emitted. Starts what has to be started, once, and rings the doorbell; never throws, never waits. */
  emitted({ autoStart, isDeliverable }: EmittedIn): void {
    if (!autoStart || !this.#host.mayStart) return;
    if (!this.#isLongLived) {
      if (isDeliverable) this.#summoned ??= this.#host.summon().catch(() => undefined);
      return;
    }
    // A start that failed is tried again by the next emission: what was captured is safe in the meantime.
    this.start().then(
      (service) => service?.nudge(),
      () => undefined,
    );
  }

  /** Starts delivery for a host that wants it before anything is emitted; rejects when that cannot be. */
  async start(): Promise<Pick<Service, 'nudge'> | undefined> {
    const starting = (this.#started ??= this.#start());
    try {
      return await starting;
    } catch (error) {
      if (this.#started === starting) this.#started = undefined;
      throw error;
    }
  }

  /** Stops with a last bounded flush; safe to repeat, and when nothing was started. */
  async stop(): Promise<void> {
    await this.#summoned;
    const service = await this.#started?.catch(() => undefined);
    this.#started = undefined;
    await service?.stop();
  }

  async status(): Promise<BackgroundStatus | undefined> {
    return (await this.#started?.catch(() => undefined))?.status();
  }

  async #start(): Promise<Service | undefined> {
    if (!this.#host.mayStart) return undefined;
    const service = await this.#host.service();
    service.start();
    return service;
  }
}
