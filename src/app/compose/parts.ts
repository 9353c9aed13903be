import type { Waiting } from '../../adapters/fs/process-lock.js';
import type { StateRoot } from '../../adapters/fs/state-root.js';
import type { Account } from '../../domain/outbox/account.js';
import type { ClientPorts, DailyPorts } from '../../ports/client.js';
import type * as delivery from '../../ports/delivery.js';
import type * as host from '../../ports/host.js';
import type * as outbox from '../../ports/outbox.js';
import type { GetAccountStatus } from '../delivery/account-status.js';
import type { Flush } from '../delivery/flush.js';
import type { HubReceipts } from '../delivery/hub-receipts.js';
import type { LiveLink, LiveListeners } from '../delivery/live-link.js';
import type { Pacing } from '../delivery/courier.js';
import type { SharingPolicy } from '../delivery/sharing.js';
import type { Summons } from '../delivery/summons.js';
import type { SyncRuntime } from '../delivery/sync-runtime.js';
import type { EnsureIdentity } from '../events/ensure-identity.js';
import type { EventEmitter } from '../outbox/event-emitter.js';
import type { MoveWorkPackage } from '../work/move-work-package.js';
import type { PerformWork } from '../work/perform-work.js';
import type { ResolveLeftOver } from '../work/resolve-left-over.js';
import type { MadeBy, PartsContainer } from './parts-container.js';
import type { recipes } from './use-cases.js';

/** What a client process is given from outside. */
export interface ClientEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** What starts this very program again, for the background process. */
  readonly program: { readonly command: string; readonly args: readonly string[] };
  readonly processId: number;
  /** Where messages go. */
  readonly stderr: { write(text: string): unknown };
  /** For others at work in the same repository. Default: five seconds, and nobody is told. */
  readonly waiting?: Waiting;
  /**
   * Who delivers what is captured here. `own-process`: what emits sees to it that the background process runs, as a
   * command does that ends at once. `this-process`: the first emission starts delivery here, until the client is closed.
   * `off`: nobody by itself; the host runs `delivery.backgroundProcess`, or leaves it to other processes.
   */
  readonly backgroundSync: 'own-process' | 'this-process' | 'off';
}

/** What the client asks of its surroundings, by name: each may be given in place of the program's own. */
export interface Ports extends ClientPorts {
  readonly hubReceipts: HubReceipts;
}

/** What is there without waiting: what the command is made of that agents call all day. */
interface DailyParts extends DailyPorts {
  readonly environment: ClientEnvironment;
  readonly version: string;
  readonly processId: number;
  readonly stateRoot: StateRoot;
  readonly signInEnvironment: delivery.SignInEnvironment;
  readonly getAccountStatus: GetAccountStatus;
  /** Who is signed in, from what is stored and given alone. */
  readonly account: () => Promise<Account | undefined>;
  /** How much may wait in one outbox. */
  readonly limits: () => Promise<outbox.CaptureLimits>;
  readonly ensureIdentity: EnsureIdentity;
  readonly runtime: SyncRuntime;
  readonly emitter: EventEmitter;
  readonly resolveLeftOver: Pick<ResolveLeftOver, 'run'>;
  readonly perform: PerformWork;
  readonly moveWorkPackage: MoveWorkPackage;
}

/** What no recipe makes of the rest: what needs more than parts, and what is composed for others alone. */
interface InnerParts {
  readonly sharing: SharingPolicy;
  readonly flush: Flush;
  /** Ends the agents that are named to it as soon as its input ends; for the process that a run starts beside itself. */
  readonly guardAgents: { run(input: AsyncIterable<Uint8Array | string>): Promise<number> };
  readonly liveLinkTo: (listeners: LiveListeners) => LiveLink;
  readonly foreignQueue: outbox.ForeignQueue;
  readonly pacing: Pacing;
  readonly backgroundLog: host.Log;
  readonly summons: Summons;
}

/** Everything of which a client is composed, by name. */
export type Parts = Ports & MadeBy<typeof recipes> & DailyParts & InnerParts;

/** What makes the parts of one client process. */
export type ClientParts = PartsContainer<Parts, keyof DailyParts>;

/** The use cases and ports of one client process. */
export type ClientContainer = Pick<ClientParts, 'get' | 'close'>;
