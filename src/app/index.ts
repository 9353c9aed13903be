import type { PayloadInput } from '../domain/events/payloads.js';
import type { Surroundings } from './compose/container.js';
import type { Ports } from './compose/parts.js';
import { clientOver, type Client, type Room, type UseCase } from './library/client.js';
import { emissionsBy, emitterOver, type Emitter, type EmitOptions } from './library/emitter.js';

export type * from './library/types.js';
export type { PayloadInput, EmitOptions, Emitter, Client, Room, UseCase, Ports };

/** Adapters in place of the program's own, by the names of their ports: `{ batchTransport, wallClock }`. */
export type Overrides = Partial<Ports>;

/** Where a client works, and how. */
export interface ClientOptions extends Surroundings {
  /** A directory of the project; relative to where the process stands. */
  readonly directory: string;
  readonly overrides?: Overrides | undefined;
}

/** The door of every driver. Returns at once: everything is loaded by the first call of a use case. */
export const createClient = ({ directory, overrides, ...surroundings }: ClientOptions): Client =>
  clientOver(directory, async () => {
    const { openProcessClient } = await import('./compose/container.js');
    return openProcessClient(surroundings, overrides);
  });

/** How a scope of events works. */
export interface SyncContextOptions extends EmitOptions {
  /** Whether events are delivered while the scope lasts, and once more at its end. Default: they are. */
  readonly deliver?: boolean;
  readonly overrides?: Overrides;
}

/**
 * The emitter of this process: made on the first call, the same ever after. It captures and leaves delivery to the
 * next command or a scope of `withSyncContext`, so that it never keeps a process alive.
 */
export const getEmitter = (): Emitter => (emitter ??= emitterOver(() => createClient({ directory: '.' })));

/**
 * Gives `work` an emitter of its own whose events share one correlation id, delivers in the background meanwhile, and
 * stops all of it at the end, however `work` ends. Resolves to what `work` resolves to.
 */
export const withSyncContext = async <T>(
  work: (emitter: Emitter) => Promise<T>,
  { deliver = true, overrides, ...options }: SyncContextOptions = {},
): Promise<T> => {
  const scoped = emitterOver(
    () =>
      createClient({ directory: '.', backgroundSync: deliver ? 'this-process' : 'own-process', overrides }),
    options,
    true,
  );
  try {
    return await work(scoped);
  } finally {
    // What was captured is safe and what `work` came to is the answer, whether or not the end of delivery goes well.
    await scoped.close().catch(() => undefined);
  }
};

/** The functions of {@link getEmitter}, one for each type of event. */
export const {
  emitWpStatusChanged,
  emitWpCreated,
  emitWpAssigned,
  emitFeatureCreated,
  emitFeatureCompleted,
  emitHistoryAdded,
  emitErrorLogged,
  emitDependencyResolved,
} = emissionsBy((type, payload, options) => getEmitter().emit(type, payload, options));

let emitter: Emitter | undefined;
