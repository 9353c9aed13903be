import type { ServiceIdentifier } from 'inversify';
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
import type { EventIdSource, Hash, Log, Machine, Randomness, Timer, WallClock } from '../../ports/host.js';
import type { Merges, FeatureFiles, IntentStore, Repository } from '../../ports/work.js';
import type { Outboxes, StateFiles } from '../../ports/outbox.js';
import type { StateRoot } from '../../adapters/fs/state-root.js';
import type { BackgroundProcess } from '../delivery/background-process.js';
import type { BackgroundSyncService } from '../delivery/background-sync.js';
import type { EventEmitter } from '../outbox/event-emitter.js';
import type { DeliveryRoute } from '../delivery/delivery-route.js';
import type { Flush, FlushHost } from '../delivery/flush.js';
import type { LeftOvers } from '../work/left-overs.js';
import type { EventTail, TailInput } from '../delivery/event-tail.js';
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
import type { ListEvents } from '../reports/list-events.js';
import type { MergeWorkPackages } from '../work/merge-work-packages.js';
import type { MakeFeature } from '../work/new-feature.js';
import type { ShowWorkPackage } from '../work/show-work-package.js';
import type { FindUnfinishedWork } from '../work/unfinished-work.js';
import type { CleanFeature } from '../work/clean-feature.js';
import type { CheckFeature } from '../work/check-feature.js';
import type { MarkStatus } from '../work/mark-status.js';
import type { ReadBoard } from '../work/read-board.js';
import type { WatchBoard } from '../work/watch-board.js';
import type { MoveEvents } from '../delivery/move-events.js';
import type { MoveWorkPackage } from '../work/move-work-package.js';
import type { OrchestrateFeature } from '../agents/orchestrate-feature.js';
import type { OrchestrationStatus } from '../agents/orchestration-status.js';
import type { PerformWork } from '../work/perform-work.js';
import type { PlanOrchestration } from '../agents/plan-orchestration.js';
import type { PreviewDelivery } from '../reports/preview-delivery.js';
import type { ResolveLeftOver } from '../work/resolve-left-over.js';
import type { SetSharing } from '../delivery/set-sharing.js';
import type { ShowIdentity } from '../events/show-identity.js';
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
  /** Whether the process stays and may deliver by itself (editor extension, orchestrator), or ends at once. */
  readonly isLongLived: boolean;
}

const token = <T>(name: string): ServiceIdentifier<T> => Symbol.for(`spec-kitty-sync/${name}`);

/** Everything that can be asked of a client container. */
export const TOKENS = {
  environment: token<ClientEnvironment>('environment'),
  stateRoot: token<StateRoot>('state-root'),
  signInEnvironment: token<SignInEnvironment>('sign-in-environment'),

  wallClock: token<WallClock>('wall-clock'),
  timer: token<Timer>('timer'),
  randomness: token<Randomness>('randomness'),
  eventIds: token<EventIdSource>('event-ids'),
  hash: token<Hash>('hash'),
  machine: token<Machine>('machine'),
  log: token<Log>('log'),

  configs: token<ConfigStore>('configs'),
  settings: token<SettingsStore>('settings'),
  checkouts: token<CheckoutRegistry>('checkouts'),
  credentials: token<CredentialStore>('credentials'),
  machineAccounts: token<MachineAccounts>('machine-accounts'),
  knownHubs: token<KnownHubs>('known-hubs'),
  hubIdentities: token<HubIdentities>('hub-identities'),
  lamport: token<LamportStore>('lamport'),
  outboxes: token<Outboxes>('outboxes'),
  repository: token<Repository>('repository'),
  merges: token<Merges>('merges'),
  intents: token<IntentStore>('intents'),
  featureFiles: token<FeatureFiles>('feature-files'),
  batchTransport: token<BatchTransport>('batch-transport'),
  liveTransport: token<LiveTransport>('live-transport'),
  tokenIssuer: token<TokenIssuer>('token-issuer'),
  eventReader: token<EventReader>('event-reader'),
  receiptReader: token<ReceiptReader>('receipt-reader'),
  stateFiles: token<StateFiles>('state-files'),

  ensureIdentity: token<EnsureIdentity>('ensure-identity'),
  emitter: token<EventEmitter>('emitter'),
  resolveLeftOver: token<Pick<ResolveLeftOver, 'run'>>('resolve-left-over'),
  performWork: token<PerformWork>('perform-work'),
  accessTokens: token<AccessTokens>('access-tokens'),
  sharing: token<SharingPolicy>('sharing'),
  leftOvers: token<LeftOvers>('left-overs'),
  liveLink: token<LiveLink>('live-link'),
  /** A live connection that tells what it hears to somebody. */
  liveLinkTo: token<(listeners: LiveListeners) => LiveLink>('live-link-to'),
  /** Follows what a team's hub gets. */
  eventTail: token<(input: TailInput) => EventTail>('event-tail'),
  deliveryRoute: token<DeliveryRoute>('delivery-route'),
  flushHost: token<Omit<FlushHost, 'route'>>('flush-host'),
  flush: token<Flush>('flush'),
  backgroundSync: token<BackgroundSyncService>('background-sync'),
  backgroundPost: token<BackgroundPost>('background-post'),
  doorbell: token<Doorbell>('doorbell'),
  backgroundStarter: token<BackgroundStarter>('background-starter'),
  summons: token<Summons>('summons'),
  backgroundProcess: token<BackgroundProcess>('background-process'),
  runtime: token<SyncRuntime>('runtime'),

  initProject: token<InitProject>('init-project'),
  makeFeature: token<MakeFeature>('make-feature'),
  finalizeTasks: token<FinalizeTasks>('finalize-tasks'),
  implementWorkPackage: token<ImplementWorkPackage>('implement-work-package'),
  moveWorkPackage: token<MoveWorkPackage>('move-work-package'),
  addHistory: token<AddHistory>('add-history'),
  markStatus: token<MarkStatus>('mark-status'),
  showWorkPackage: token<ShowWorkPackage>('show-work-package'),
  findUnfinishedWork: token<FindUnfinishedWork>('find-unfinished-work'),
  cleanFeature: token<CleanFeature>('clean-feature'),
  checkFeature: token<CheckFeature>('check-feature'),
  readBoard: token<ReadBoard>('read-board'),
  watchBoard: token<WatchBoard>('watch-board'),
  mergeWorkPackages: token<MergeWorkPackages>('merge-work-packages'),
  agentCatalog: token<AgentCatalog>('agent-catalog'),
  agentTrust: token<AgentTrust>('agent-trust'),
  agentRunner: token<AgentRunner>('agent-runner'),
  agentWork: token<AgentWork>('agent-work'),
  orchestrationStore: token<OrchestrationStore>('orchestration-store'),
  /** Ends the agents that are named to it as soon as its input ends. */
  guardAgents:
    token<(input: AsyncIterable<Uint8Array | string>, isReady: () => void) => Promise<number>>(
      'guard-agents',
    ),
  orchestrateFeature: token<OrchestrateFeature>('orchestrate-feature'),
  planOrchestration: token<PlanOrchestration>('plan-orchestration'),
  orchestrationStatus: token<OrchestrationStatus>('orchestration-status'),
  abortOrchestration: token<AbortOrchestration>('abort-orchestration'),
  acceptWorkPackages: token<AcceptWorkPackages>('accept-work-packages'),
  showIdentity: token<ShowIdentity>('show-identity'),
  signIn: token<SignIn>('sign-in'),
  signOut: token<SignOut>('sign-out'),
  accountStatus: token<GetAccountStatus>('account-status'),
  backlogConsent: token<BacklogConsent>('backlog-consent'),
  liftRefusals: token<LiftRefusals>('lift-refusals'),
  setSharing: token<SetSharing>('set-sharing'),
  syncStatus: token<GetSyncStatus>('sync-status'),
  exportEvents: token<ExportEvents>('export-events'),
  importEvents: token<ImportEvents>('import-events'),
  importQueue: token<ImportQueue>('import-queue'),
  diagnoseOutbox: token<DiagnoseOutbox>('diagnose-outbox'),
  checkConnection: token<CheckConnection>('check-connection'),
  verifyDelivery: token<VerifyDelivery>('verify-delivery'),
  moveEvents: token<MoveEvents>('move-events'),
  previewDelivery: token<PreviewDelivery>('preview-delivery'),
  listLeftEvents: token<ListLeftEvents>('list-left-events'),
  listDeadLetters: token<ListDeadLetters>('list-dead-letters'),
  decideDeadLetters: token<DecideDeadLetters>('decide-dead-letters'),
  examineMachine: token<ExamineMachine>('examine-machine'),
  listEvents: token<ListEvents>('list-events'),
} as const;
