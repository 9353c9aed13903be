import type { BackgroundSyncService, BackgroundStatus } from './background-sync.js';

export interface RuntimeHost {
  /** `false` when the user turned background sync off for this process (`SPEC_KITTY_SYNC=off`). */
  readonly mayStart: boolean;
  /** Made on the first start, because it loads the transports. */
  service(): Promise<BackgroundSyncService>;
}

/**
 * What delivers beside the work of a process. It starts with the first emitted event, never for a process that emits
 * nothing, and never makes an emission wait. A short-lived command leaves delivery to others; a long-lived host has
 * the service in its own process.
 */
export class SyncRuntime {
  readonly #host: RuntimeHost;
  readonly #isLongLived: boolean;
  #started: Promise<BackgroundSyncService | undefined> | undefined;

  constructor(host: RuntimeHost, isLongLived: boolean) {
    this.#host = host;
    this.#isLongLived = isLongLived;
  }

  /**
   * Something was emitted in a project that lets sync start by itself, or does not. Starts what has to be started,
   * once, and rings the doorbell; never throws, never waits.
   */
  emitted(autoStart: boolean): void {
    if (!this.#isLongLived || !autoStart) return;
    this.#started ??= this.#start();
    void this.#started.then((service) => service?.nudge());
  }

  /** Starts delivery for a host that wants it before anything is emitted. */
  async start(): Promise<void> {
    this.#started ??= this.#start();
    await this.#started;
  }

  /** Stops with a last bounded flush; safe to repeat, and when nothing was started. */
  async stop(): Promise<void> {
    const service = await this.#started;
    this.#started = undefined;
    await service?.stop();
  }

  async status(): Promise<BackgroundStatus | undefined> {
    return (await this.#started)?.status();
  }

  async #start(): Promise<BackgroundSyncService | undefined> {
    if (!this.#host.mayStart) return undefined;
    const service = await this.#host.service();
    service.start();
    return service;
  }
}
