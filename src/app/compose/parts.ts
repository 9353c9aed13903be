import type {
  AgentCatalog,
  AgentRunner,
  AgentTrust,
  AgentWork,
  OrchestrationStore,
} from '../../ports/agents.js';
import type {
  CredentialStore,
  KnownHubs,
  MachineAccounts,
  SignInEnvironment,
  TokenIssuer,
  BackgroundPost,
  BackgroundStarter,
  Doorbell,
  EventReader,
  ReceiptReader,
  BatchTransport,
  LiveTransport,
} from '../../ports/delivery.js';
import type { LamportStore, CheckoutRegistry, ConfigStore, SettingsStore } from '../../ports/events.js';
import type {
  Browser,
  EventIdSource,
  Hash,
  Log,
  Machine,
  Randomness,
  Timer,
  WallClock,
} from '../../ports/host.js';
import type { Merges, FeatureFiles, IntentStore, Repository } from '../../ports/work.js';
import type { CaptureLimits, ForeignQueue, Outboxes, StateFiles } from '../../ports/outbox.js';
import type { Account } from '../../domain/outbox/account.js';
import type { StateRoot } from '../../adapters/fs/state-root.js';
import type { BackgroundProcess } from '../delivery/background-process.js';
import type { BackgroundSyncService } from '../delivery/background-sync.js';
import type { EventEmitter } from '../outbox/event-emitter.js';
import type { DeliveryRoute } from '../delivery/delivery-route.js';
import type { Pacing } from '../delivery/pacing.js';
import type { Flush, FlushHost } from '../delivery/flush.js';
import type { LeftOvers } from '../work/left-overs.js';
import type { DeliverBeside } from '../delivery/deliver-beside.js';
import type { FollowEvents } from '../delivery/event-tail.js';
import type { LiveLink, LiveListeners } from '../delivery/live-session.js';
import type { SharingPolicy } from '../delivery/sharing-policy.js';
import type { Summons } from '../delivery/summons.js';
import type { SyncRuntime } from '../delivery/sync-runtime.js';
import type { AbortOrchestration } from '../agents/abort-orchestration.js';
import type { AcceptWorkPackages } from '../work/accept-work-packages.js';
import type { AccessTokens } from '../delivery/access-token.js';
import type { AddHistory } from '../work/add-history.js';
import type { BacklogConsent } from '../delivery/backlog-consent.js';
import type { CheckConnection } from '../reports/check-connection.js';
import type { DecideDeadLetters } from '../reports/decide-dead-letters.js';
import type { DiagnoseOutbox } from '../reports/diagnose-outbox.js';
import type { EnsureIdentity } from '../events/ensure-identity.js';
import type { ExamineMachine } from '../reports/examine-machine.js';
import type { ExportEvents } from '../reports/export-events.js';
import type { FinalizeTasks } from '../work/finalize-tasks.js';
import type { GetAccountStatus } from '../delivery/account-status.js';
import type { GetSyncStatus } from '../reports/get-sync-status.js';
import type { HubIdentities } from '../delivery/hub-identities.js';
import type { ImplementWorkPackage } from '../work/implement-work-package.js';
import type { ImportEvents } from '../outbox/import-events.js';
import type { ImportQueue } from '../outbox/import-queue.js';
import type { InitProject } from '../work/init-project.js';
import type { LiftRefusals } from '../delivery/lift-refusals.js';
import type { ListDeadLetters } from '../reports/list-dead-letters.js';
import type { ListLeftEvents } from '../reports/list-left-events.js';
import type { ScopeEvents } from '../reports/event-scope.js';
import type { LogBreakage } from '../work/log-breakage.js';
import type { ListEvents } from '../reports/list-events.js';
import type { MergeWorkPackages } from '../work/merge-work-packages.js';
import type { MakeFeature } from '../work/new-feature.js';
import type { ShowWorkPackage } from '../work/show-work-package.js';
import type { FindUnfinishedWork } from '../work/unfinished-work.js';
import type { CleanFeature } from '../work/clean-feature.js';
import type { CheckFeature } from '../work/check-feature.js';
import type { MarkStatus } from '../work/mark-status.js';
import type { ReadBoard } from '../work/read-board.js';
import type { ReadWorkAhead } from '../work/read-work-ahead.js';
import type { ReviewWorkPackage } from '../work/review-work-package.js';
import type { TakeNext } from '../work/take-next.js';
import type { WatchBoard } from '../work/watch-board.js';
import type { MoveEvents } from '../delivery/move-events.js';
import type { MoveWorkPackage } from '../work/move-work-package.js';
import type { InstallInstructions } from '../agents/install-instructions.js';
import type { OrchestrateFeature } from '../agents/orchestrate-feature.js';
import type { OrchestrationStatus } from '../agents/orchestration-status.js';
import type { PerformWork } from '../work/perform-work.js';
import type { PlanOrchestration } from '../agents/plan-orchestration.js';
import type { PreviewDelivery } from '../reports/preview-delivery.js';
import type { ResolveLeftOver } from '../work/resolve-left-over.js';
import type { SetSharing } from '../delivery/set-sharing.js';
import type { ShowIdentity } from '../events/show-identity.js';
import type { HubReceipts } from '../delivery/hub-receipts.js';
import type { SignIn } from '../delivery/sign-in.js';
import type { SignOut } from '../delivery/sign-out.js';
import type { VerifyDelivery } from '../reports/verify-delivery.js';

/** What a client process is given from outside. */
export interface ClientEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** What starts this very program again, for the background process. */
  readonly program: { readonly command: string; readonly args: readonly string[] };
  readonly processId: number;
  /** Where messages go. */
  readonly stderr: { write(text: string): unknown };
  /** How long at most a command waits for others at work in its repository, and who is told of it. */
  readonly waiting?: {
    readonly waitMs: number;
    readonly onWait: (waitedMs: number | undefined) => void;
  };
  /**
   * Who delivers what is captured here. `own-process`: what emits sees to it that the background process runs, as a
   * command does that ends at once. `this-process`: the first emission starts delivery here, until the client is closed.
   * `off`: nobody by itself; the host runs `delivery.backgroundProcess`, or leaves it to other processes.
   */
  readonly backgroundSync: 'own-process' | 'this-process' | 'off';
}

/** What the client asks of its surroundings, by name: each may be given in place of the program's own. */
export interface Ports {
  readonly wallClock: WallClock;
  readonly timer: Timer;
  readonly randomness: Randomness;
  readonly eventIds: EventIdSource;
  readonly hash: Hash;
  readonly machine: Machine;
  readonly browser: Browser;
  readonly log: Log;
  readonly configs: ConfigStore;
  readonly settings: SettingsStore;
  readonly checkouts: CheckoutRegistry;
  readonly lamport: LamportStore;
  readonly outboxes: Outboxes;
  readonly stateFiles: StateFiles;
  readonly repository: Repository;
  readonly merges: Merges;
  readonly intents: IntentStore;
  readonly files: FeatureFiles;
  readonly credentials: CredentialStore;
  readonly machineAccounts: MachineAccounts;
  readonly knownHubs: KnownHubs;
  readonly tokenIssuer: TokenIssuer;
  readonly batchTransport: BatchTransport;
  readonly liveTransport: LiveTransport;
  readonly eventReader: EventReader;
  readonly receiptReader: ReceiptReader;
  readonly hubReceipts: HubReceipts;
  readonly backgroundPost: BackgroundPost;
  readonly doorbell: Doorbell;
  readonly backgroundStarter: BackgroundStarter;
  readonly agentCatalog: AgentCatalog;
  readonly agentTrust: AgentTrust;
  readonly agentRunner: AgentRunner;
  readonly agentWork: AgentWork;
  readonly orchestrationStore: OrchestrationStore;
}

/** Whose events these are. */
export interface EventsUseCases {
  readonly showIdentity: ShowIdentity;
  readonly ensureIdentity: EnsureIdentity;
}

/** What was captured elsewhere. */
export interface OutboxUseCases {
  readonly importEvents: ImportEvents;
  readonly importQueue: ImportQueue;
}

/** Accounts, consent, and the way of the events to the hub. */
export interface DeliveryUseCases {
  readonly signIn: SignIn;
  readonly signOut: SignOut;
  readonly getAccountStatus: GetAccountStatus;
  readonly backlogConsent: BacklogConsent;
  readonly liftRefusals: LiftRefusals;
  readonly setSharing: SetSharing;
  readonly sharing: SharingPolicy;
  readonly flush: Flush;
  readonly backgroundProcess: BackgroundProcess;
  readonly deliverBeside: DeliverBeside;
  readonly followEvents: FollowEvents;
  readonly moveEvents: MoveEvents;
}

/** Where every event is, and what is to be decided about it. */
export interface ReportsUseCases {
  readonly getSyncStatus: GetSyncStatus;
  readonly previewDelivery: PreviewDelivery;
  readonly listLeftEvents: ListLeftEvents;
  readonly verifyDelivery: VerifyDelivery;
  readonly listDeadLetters: ListDeadLetters;
  readonly decideDeadLetters: DecideDeadLetters;
  readonly examineMachine: ExamineMachine;
  readonly checkConnection: CheckConnection;
  readonly diagnoseOutbox: DiagnoseOutbox;
  readonly scopeEvents: ScopeEvents;
  readonly listEvents: ListEvents;
  readonly exportEvents: ExportEvents;
}

/** The project's plan: features and work packages. */
export interface WorkUseCases {
  readonly initProject: InitProject;
  readonly makeFeature: MakeFeature;
  readonly finalizeTasks: FinalizeTasks;
  readonly implementWorkPackage: ImplementWorkPackage;
  readonly moveWorkPackage: MoveWorkPackage;
  readonly addHistory: AddHistory;
  readonly markStatus: MarkStatus;
  readonly showWorkPackage: ShowWorkPackage;
  readonly findUnfinishedWork: FindUnfinishedWork;
  readonly readWorkAhead: ReadWorkAhead;
  readonly takeNext: TakeNext;
  readonly reviewWorkPackage: ReviewWorkPackage;
  readonly readBoard: ReadBoard;
  readonly watchBoard: WatchBoard;
  readonly mergeWorkPackages: MergeWorkPackages;
  readonly acceptWorkPackages: AcceptWorkPackages;
  readonly checkFeature: CheckFeature;
  readonly cleanFeature: CleanFeature;
  readonly logBreakage: LogBreakage;
}

/** Agents that work through a feature. */
export interface AgentsUseCases {
  readonly orchestrateFeature: OrchestrateFeature;
  readonly planOrchestration: PlanOrchestration;
  readonly orchestrationStatus: OrchestrationStatus;
  readonly abortOrchestration: AbortOrchestration;
  readonly installInstructions: InstallInstructions;
  /** Ends the agents that are named to it as soon as its input ends; for the process that a run starts beside itself. */
  readonly guardAgents: {
    run(input: AsyncIterable<Uint8Array | string>, isReady: () => void): Promise<number>;
  };
}

/** What is composed for the use cases and asked for by nobody else. */
interface InnerParts {
  readonly environment: ClientEnvironment;
  readonly version: string;
  readonly processId: number;
  readonly stateRoot: StateRoot;
  readonly signInEnvironment: SignInEnvironment;
  readonly hubIdentities: HubIdentities;
  /** Who is signed in, from what is stored and given alone. */
  readonly account: () => Promise<Account | undefined>;
  /** How much may wait in one outbox. */
  readonly limits: () => Promise<CaptureLimits>;
  readonly emitter: EventEmitter;
  readonly resolveLeftOver: Pick<ResolveLeftOver, 'run'>;
  readonly perform: PerformWork;
  readonly accessTokens: AccessTokens;
  readonly leftOvers: LeftOvers;
  readonly liveLink: LiveLink;
  readonly liveLinkTo: (listeners: LiveListeners) => LiveLink;
  readonly foreignQueue: ForeignQueue;
  readonly pacing: Pacing;
  readonly deliveryRoute: DeliveryRoute;
  readonly flushHost: Omit<FlushHost, 'route'>;
  readonly backgroundSync: BackgroundSyncService;
  readonly backgroundLog: Log;
  readonly summons: Summons;
  readonly runtime: SyncRuntime;
}

/** Everything of which a client is composed, by name. */
export type Parts = Ports &
  EventsUseCases &
  OutboxUseCases &
  DeliveryUseCases &
  ReportsUseCases &
  WorkUseCases &
  AgentsUseCases &
  InnerParts;
