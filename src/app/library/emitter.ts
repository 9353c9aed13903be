import { resolve } from 'node:path';
import { messageOf } from '../../domain/errors.js';
import type { EventType, PayloadInput } from '../../domain/events/payloads.js';
import type { ClientContainer } from '../compose/container.js';
import type { EmissionLinks, EmissionOutcome } from '../outbox/emit-event.js';

/** Where and in which connection an event is emitted. */
export interface EmitOptions extends EmissionLinks {
  /** A directory of the checkout; the process's own at the time of the call when absent. */
  readonly directory?: string;
}

/**
 * Emits events from any program. Everything is loaded by the first emission. No method ever throws or waits for the
 * network: what became of an event is the answer.
 */
export class Emitter {
  readonly #open: () => Promise<ClientContainer>;
  readonly #defaults: EmitOptions;
  readonly #isOneActivity: boolean;
  #client: Promise<ClientContainer> | undefined;
  #activity: string | undefined;

  /**
   * `defaults` hold for every event that does not say otherwise. The events of one activity share a correlation id;
   * else each has its own.
   */
  constructor(open: () => Promise<ClientContainer>, defaults: EmitOptions = {}, isOneActivity = false) {
    this.#open = open;
    this.#defaults = defaults;
    this.#isOneActivity = isOneActivity;
  }

  emitWpStatusChanged(
    payload: PayloadInput<'WPStatusChanged'>,
    options?: EmitOptions,
  ): Promise<EmissionOutcome> {
    return this.emit('WPStatusChanged', payload, options);
  }

  emitWpCreated(payload: PayloadInput<'WPCreated'>, options?: EmitOptions): Promise<EmissionOutcome> {
    return this.emit('WPCreated', payload, options);
  }

  emitWpAssigned(payload: PayloadInput<'WPAssigned'>, options?: EmitOptions): Promise<EmissionOutcome> {
    return this.emit('WPAssigned', payload, options);
  }

  emitFeatureCreated(
    payload: PayloadInput<'FeatureCreated'>,
    options?: EmitOptions,
  ): Promise<EmissionOutcome> {
    return this.emit('FeatureCreated', payload, options);
  }

  emitFeatureCompleted(
    payload: PayloadInput<'FeatureCompleted'>,
    options?: EmitOptions,
  ): Promise<EmissionOutcome> {
    return this.emit('FeatureCompleted', payload, options);
  }

  emitHistoryAdded(payload: PayloadInput<'HistoryAdded'>, options?: EmitOptions): Promise<EmissionOutcome> {
    return this.emit('HistoryAdded', payload, options);
  }

  emitErrorLogged(payload: PayloadInput<'ErrorLogged'>, options?: EmitOptions): Promise<EmissionOutcome> {
    return this.emit('ErrorLogged', payload, options);
  }

  emitDependencyResolved(
    payload: PayloadInput<'DependencyResolved'>,
    options?: EmitOptions,
  ): Promise<EmissionOutcome> {
    return this.emit('DependencyResolved', payload, options);
  }

  /** Emits an event of any type. */
  async emit<T extends EventType>(
    type: T,
    payload: PayloadInput<T>,
    options: EmitOptions = {},
  ): Promise<EmissionOutcome> {
    try {
      const [container, { emitEvent }] = await Promise.all([
        this.#opened(),
        import('../outbox/emit-event.js'),
      ]);
      const [repository, emitter, ids] = await Promise.all([
        container.get('repository'),
        container.get('emitter'),
        container.get('eventIds'),
      ]);
      if (this.#isOneActivity) this.#activity ??= ids.next();
      const activity = this.#activity === undefined ? {} : { correlationId: this.#activity };
      const { directory, ...links } = { ...activity, ...this.#defaults, ...options };
      const checkout = await repository.locate(resolve(directory ?? '.'));
      return await emitEvent(emitter, checkout, type, payload, links);
    } catch (error) {
      return { outcome: 'refused', reason: messageOf(error) };
    }
  }

  /** Stops what was started, with one last bounded delivery; safe to repeat, and when nothing was emitted. */
  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await (await client)?.close();
  }

  #opened(): Promise<ClientContainer> {
    const opening = (this.#client ??= this.#open());
    // What could not be opened now may be opened later.
    opening.catch(() => (this.#client = undefined));
    return opening;
  }
}
