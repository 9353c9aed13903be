import type { PayloadInput } from '../domain/events/payloads.js';
import type { ClientContainer } from './compose/container.js';
import type { Surroundings } from './compose/process-client.js';
import type { Ports } from './compose/parts.js';
import { clientOver, type Client, type Room, type UseCase } from './library/client.js';
import { Emitter, type EmitOptions } from './library/emitter.js';

export type * from './library/types.js';
export type { PayloadInput, EmitOptions, Client, Room, UseCase, Ports };
export { Emitter };

/** Adapters in place of the program's own, by the names of their ports: `{ batchTransport, wallClock }`. */
export type Overrides = Partial<Ports>;

/** Where a client works, and how. */
export interface ClientOptions extends Surroundings {
  /** A directory of the project; relative to where the process stands. */
  readonly directory: string;
  readonly overrides?: Overrides;
}

/** The door of every driver. Returns at once: everything is loaded by the first call of a use case. */
export const createClient = ({ directory, overrides, ...surroundings }: ClientOptions): Client =>
  clientOver(directory, () => open(surroundings, overrides));

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
export const getEmitter = (): Emitter => (emitter ??= new Emitter(() => open({})));

/**
 * Gives `work` an emitter of its own whose events share one correlation id, delivers in the background meanwhile, and
 * stops all of it at the end, however `work` ends. Resolves to what `work` resolves to.
 */
export const withSyncContext = async <T>(
  work: (emitter: Emitter) => Promise<T>,
  { deliver = true, overrides, ...options }: SyncContextOptions = {},
): Promise<T> => {
  const scoped = new Emitter(
    () => open({ backgroundSync: deliver ? 'this-process' : 'own-process' }, overrides),
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

export const emitWpStatusChanged = (payload: PayloadInput<'WPStatusChanged'>, options?: EmitOptions) =>
  getEmitter().emitWpStatusChanged(payload, options);

export const emitWpCreated = (payload: PayloadInput<'WPCreated'>, options?: EmitOptions) =>
  getEmitter().emitWpCreated(payload, options);

export const emitWpAssigned = (payload: PayloadInput<'WPAssigned'>, options?: EmitOptions) =>
  getEmitter().emitWpAssigned(payload, options);

export const emitFeatureCreated = (payload: PayloadInput<'FeatureCreated'>, options?: EmitOptions) =>
  getEmitter().emitFeatureCreated(payload, options);

export const emitFeatureCompleted = (payload: PayloadInput<'FeatureCompleted'>, options?: EmitOptions) =>
  getEmitter().emitFeatureCompleted(payload, options);

export const emitHistoryAdded = (payload: PayloadInput<'HistoryAdded'>, options?: EmitOptions) =>
  getEmitter().emitHistoryAdded(payload, options);

export const emitErrorLogged = (payload: PayloadInput<'ErrorLogged'>, options?: EmitOptions) =>
  getEmitter().emitErrorLogged(payload, options);

export const emitDependencyResolved = (payload: PayloadInput<'DependencyResolved'>, options?: EmitOptions) =>
  getEmitter().emitDependencyResolved(payload, options);

let emitter: Emitter | undefined;

const open = async (surroundings: Surroundings, overrides?: Overrides): Promise<ClientContainer> => {
  const { openProcessClient } = await import('./compose/process-client.js');
  return openProcessClient(surroundings, overrides);
};
