import { messageOf } from '../../domain/errors.js';
import type { EventType, PayloadInput } from '../../domain/events/payloads.js';
import type { Client } from './client.js';
import type { EmissionLinks, EmissionOutcome } from '../outbox/emit-event.js';

/** Where and in which connection an event is emitted. */
export interface EmitOptions extends EmissionLinks {
  /** A directory of the checkout; the process's own at the time of the call when absent. */
  readonly directory?: string;
}

/** What emits which type of event. */
const EMISSIONS = {
  emitWpStatusChanged: 'WPStatusChanged',
  emitWpCreated: 'WPCreated',
  emitWpAssigned: 'WPAssigned',
  emitFeatureCreated: 'FeatureCreated',
  emitFeatureCompleted: 'FeatureCompleted',
  emitHistoryAdded: 'HistoryAdded',
  emitErrorLogged: 'ErrorLogged',
  emitDependencyResolved: 'DependencyResolved',
} as const satisfies { [T in EventType as T extends `WP${infer Rest}` ? `emitWp${Rest}` : `emit${T}`]: T };

/** One function for each type of event. */
export type Emissions = {
  readonly [K in keyof typeof EMISSIONS]: (
    payload: PayloadInput<(typeof EMISSIONS)[K]>,
    options?: EmitOptions,
  ) => Promise<EmissionOutcome>;
};

/** Emits an event of any type. */
export type Emit = <T extends EventType>(
  type: T,
  payload: PayloadInput<T>,
  options?: EmitOptions,
) => Promise<EmissionOutcome>;

/**
 * Emits events from any program. Everything is loaded by the first emission. Nothing here ever throws or waits for the
 * network: what became of an event is the answer.
 */
export interface Emitter extends Emissions {
  readonly emit: Emit;
  /** Stops what was started, with one last bounded delivery; safe to repeat, and when nothing was emitted. */
  close(): Promise<void>;
}

export const emissionsBy = (emit: Emit): Emissions =>
  Object.fromEntries(
    Object.entries(EMISSIONS).map(([name, type]) => [
      name,
      (payload: PayloadInput<typeof type>, options?: EmitOptions) => emit(type, payload, options),
    ]),
  ) as unknown as Emissions;

/**
 * An emitter over a client that is made by the first emission, and again by one after it was closed. `defaults` hold for
 * every event that does not say otherwise. The events of one activity share a correlation id; else each has its own.
 */
export const emitterOver = (
  open: () => Client,
  defaults: EmitOptions = {},
  isOneActivity = false,
): Emitter => {
  let client: Client | undefined;
  let activity: string | undefined;
  const emit: Emit = async (type, payload, options = {}) => {
    try {
      const { at, port } = (client ??= open());
      const ids = await port('eventIds');
      if (isOneActivity) activity ??= ids.next();
      const { directory = '.', ...links } = { correlationId: activity, ...defaults, ...options };
      const there = at(directory);
      return await there.outbox.emitEvent.run(await there.findCheckout(), type, payload, links);
    } catch (error) {
      return { outcome: 'refused', reason: messageOf(error) };
    }
  };
  const close = async (): Promise<void> => {
    const closing = client;
    client = undefined;
    await closing?.close();
  };
  return { ...emissionsBy(emit), emit, close };
};
