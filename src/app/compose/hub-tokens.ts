import type { ServiceIdentifier } from 'inversify';
import type { HubStores } from '../../adapters/hub/open-sqlite-hub.js';
import type { Secrets } from '../../ports/hub.js';
import type { Log, Randomness, WallClock } from '../../ports/host.js';
import type { addTeam, addUser, NewUser } from '../hub/people.js';
import type { ListenerOptions, RunningHub } from '../hub/start-hub.js';

/** What a hub process is given from outside. */
export interface HubEnvironment {
  readonly dataDirectory: string;
  /** `serve`: the one process that answers for this data; `administer`: a short look beside it. */
  readonly access: 'serve' | 'administer';
  /** Where messages go. */
  readonly stderr: { write(text: string): unknown };
}

const token = <T>(name: string): ServiceIdentifier<T> => Symbol.for(`spec-kitty-sync/hub/${name}`);

/** Everything that can be asked of a hub container. */
export const HUB_TOKENS = {
  environment: token<HubEnvironment>('environment'),
  wallClock: token<WallClock>('wall-clock'),
  randomness: token<Randomness>('randomness'),
  secrets: token<Secrets>('secrets'),
  log: token<Log>('log'),
  stores: token<HubStores>('stores'),
  serve: token<(listener: ListenerOptions) => Promise<RunningHub>>('serve'),
  people: token<People>('people'),
} as const;

/** Who may sign in. */
interface People {
  addTeam(slug: string): ReturnType<typeof addTeam>;
  addUser(user: NewUser): ReturnType<typeof addUser>;
}

export type { ListenerOptions } from '../hub/start-hub.js';
