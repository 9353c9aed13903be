import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { SyncError } from '../../domain/errors.js';
import type { Checkout } from '../../ports/events.js';
import { calledLater, lazily } from '../compose/called-later.js';
import type { ClientContainer, Parts, Ports } from '../compose/parts.js';
import type * as made from '../compose/use-cases.js';
import type { FeatureRequest } from '../work/locate-feature.js';

/**
 * What a driver (command line, editor, agent server) does with a project: the use cases by room. Nothing is loaded, read
 * or written before one of them is called; each is composed once, by its first call.
 *
 * A use case resolves to its result or rejects. What can be expected, such as a hub that cannot be reached, is part of
 * the result where its type says so. Everything else that is not a fault of the program rejects with a `SyncError`: its
 * `kind` says what it is, its `message` what happened and where, its `hint` what to do next. An `AbortSignal` ends what
 * waits; what was captured by then is safe.
 */
export interface Client extends AsyncDisposable {
  readonly events: Room<keyof typeof made.eventsUseCases | 'ensureIdentity'>;
  readonly outbox: Room<keyof typeof made.outboxUseCases>;
  readonly delivery: Room<keyof typeof made.deliveryUseCases | 'getAccountStatus' | 'sharing' | 'flush'>;
  readonly reports: Room<keyof typeof made.reportsUseCases>;
  readonly work: Room<keyof typeof made.workUseCases | 'moveWorkPackage'>;
  readonly agents: Room<keyof typeof made.agentsUseCases | 'guardAgents'>;
  /** Where the project is: absolute, as it was given. */
  readonly directory: string;
  /** The same client for another directory. Who closes one of them closes both. */
  at(directory: string): Client;
  /** The checkout around the directory; `undefined` outside every repository and project. */
  findCheckout(): Promise<Checkout | undefined>;
  /** The same; rejects with `not-a-repository` where there is none. */
  checkout(): Promise<Checkout>;
  /**
   * Which feature is meant, as the use cases of `work` and `agents` take it: the one of this slug or number, else the
   * one that `SPECIFY_FEATURE`, the branch or the directory names. Rejects with `not-a-repository`.
   */
  feature(name?: string): Promise<FeatureRequest>;
  /** The one adapter for a port, given or the program's own: the clock that everything goes by, say. */
  port<K extends keyof Ports>(name: K): Promise<Ports[K]>;
  /**
   * Stops background sync with a last flush of at most two seconds and closes everything that was made, in reverse. Safe
   * to repeat, and when nothing was called. Whoever calls a use case afterwards is rejected.
   */
  close(): Promise<void>;
}

/** The use cases of a room. */
export type Room<Names extends keyof Parts> = { readonly [N in Names]: UseCase<Parts[N]> };

/** The methods of a use case, just as its class has them. */
export type UseCase<T> = {
  readonly [K in keyof T as T[K] extends (...args: never[]) => Promise<unknown> ? K : never]: T[K];
};

/** A client over a container that is opened by the first call. */
export const clientOver = (given: string, open: () => Promise<ClientContainer>): Client => {
  let opened: Promise<ClientContainer> | undefined;
  let isClosed = false;
  const get: Get = async (name) => {
    if (isClosed) throw new Error('The client is closed.');
    const opening = (opened ??= open());
    // What could not be opened at one time may be opened at another.
    opening.catch(() => (opened = undefined));
    return (await opening).get(name);
  };
  const close = async (): Promise<void> => {
    isClosed = true;
    const closing = opened;
    opened = undefined;
    // A container that could not be made has been reported by the call that asked for it.
    await (await closing?.catch(() => undefined))?.close();
  };
  return clientAt(resolve(given), get, close);
};

const clientAt = (directory: string, get: Get, close: () => Promise<void>): Client => {
  const findCheckout = async (): Promise<Checkout | undefined> => (await get('repository')).locate(directory);
  const checkout = async (): Promise<Checkout> => {
    const found = await findCheckout();
    if (found !== undefined) return found;
    throw new SyncError('not-a-repository', `${directory} is not inside a git repository or a project.`, {
      hint: 'Go to your project, or name it with --project DIR.',
    });
  };
  return {
    ...{ events: roomOf(get), outbox: roomOf(get), delivery: roomOf(get) },
    ...{ reports: roomOf(get), work: roomOf(get), agents: roomOf(get) },
    at: (other) => clientAt(resolve(other), get, close),
    ...{ directory, findCheckout, checkout, port: get, close, [Symbol.asyncDispose]: close },
    feature: async (name) => {
      const { env } = await get('environment');
      return {
        checkout: await checkout(),
        directory: realDirectory(directory),
        feature: name,
        featureVariable: env['SPECIFY_FEATURE'] || undefined,
      };
    },
  };
};

type Get = ClientContainer['get'];

const roomOf = <N extends keyof Parts>(get: Get): Room<N> =>
  lazily<Room<N>>((name) => calledLater(() => get(name as N)));

/** As the checkout is given: a folder above a link is not one above the project. */
const realDirectory = (path: string): string => {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
};
