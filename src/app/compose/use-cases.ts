import { useCase } from './parts-container.js';

const plan = ['repository', 'files'] as const;
const work = ['repository', 'files', 'perform'] as const;
const ahead = ['repository', 'merges', 'files'] as const;
const settings = ['settings', 'configs', 'repository'] as const;

/** Whose events these are. */
export const eventsUseCases = {
  showIdentity: useCase(
    ['configs', 'checkouts', 'repository', 'lamport', 'hash'],
    () => import('../events/show-identity.js'),
  ),
  listSettings: useCase(settings, () => import('../events/settings-list.js')),
  setSetting: useCase(settings, () => import('../events/settings-list.js')),
};

/** The project's plan: features and work packages. */
export const workUseCases = {
  initProject: useCase(
    ['repository', 'files', 'configs', 'lamport', 'ensureIdentity'],
    () => import('../work/init-project.js'),
  ),
  makeFeature: useCase([...work, 'wallClock'], () => import('../work/new-feature.js')),
  finalizeTasks: useCase(work, () => import('../work/finalize-tasks.js')),
  implementWorkPackage: useCase([...work, 'merges'], () => import('../work/implement-work-package.js')),
  addHistory: useCase(work, () => import('../work/add-history.js')),
  markStatus: useCase(work, () => import('../work/mark-status.js')),
  mergeWorkPackages: useCase([...work, 'merges'], () => import('../work/merge-work-packages.js')),
  acceptWorkPackages: useCase([...work, 'merges'], () => import('../work/accept-work-packages.js')),
  readBoard: useCase(plan, () => import('../work/read-board.js')),
  readWorkAhead: useCase(ahead, () => import('../work/read-work-ahead.js')),
  checkFeature: useCase(plan, () => import('../work/check-feature.js')),
  showWorkPackage: useCase(ahead, () => import('../work/show-work-package.js')),
  reviewWorkPackage: useCase(
    ['repository', 'showWorkPackage', 'moveWorkPackage', 'mergeWorkPackages'],
    () => import('../work/review-work-package.js'),
  ),
  cleanFeature: useCase(ahead, () => import('../work/clean-feature.js')),
  logBreakage: useCase(['repository', 'showIdentity', 'emitter'], () => import('../work/log-breakage.js')),
};

/** Accounts, consent, and the way of the events to the hub. */
export const deliveryUseCases = {
  signIn: useCase(
    ['credentials', 'tokenIssuer', 'wallClock', 'timer', 'hubIdentities', 'batchTransport'],
    () => import('../delivery/sign-in.js'),
  ),
  signOut: useCase(['credentials', 'tokenIssuer'], () => import('../delivery/sign-out.js')),
  backlogConsent: useCase(['outboxes', 'checkouts'], () => import('../delivery/backlog-consent.js')),
  liftRefusals: useCase(['outboxes'], () => import('../delivery/sharing.js')),
  setSharing: useCase(
    ['checkouts', 'outboxes', 'account', 'sharing'],
    () => import('../delivery/sharing.js'),
  ),
  moveEvents: useCase(
    ['outboxes', 'checkouts', 'knownHubs', 'accessTokens'],
    () => import('../delivery/move-events.js'),
  ),
  followEvents: useCase(
    ['accessTokens', 'eventReader', 'liveLinkTo'],
    () => import('../delivery/event-tail.js'),
  ),
  backgroundProcess: useCase(
    [
      ...(['backgroundPost', 'doorbell', 'flush', 'liveLink', 'machineReports'] as const),
      ...(['timer', 'wallClock', 'randomness', 'backgroundLog', 'version', 'processId'] as const),
    ],
    () => import('../delivery/background-process.js'),
  ),
  deliverBeside: useCase(
    ['environment', 'showIdentity', 'account', 'backgroundProcess', 'machineReports'],
    () => import('../delivery/deliver-beside.js'),
  ),
};

/** What is captured beside the work, and what was captured elsewhere. */
export const outboxUseCases = {
  emitEvent: useCase(['emitter'], () => import('../outbox/emit-event.js')),
  importEvents: useCase(['outboxes', 'limits'], () => import('../outbox/import-events.js')),
  importQueue: useCase(
    ['foreignQueue', 'outboxes', 'importEvents'],
    () => import('../outbox/import-events.js'),
  ),
};

/** What a live link to the hub needs. */
export const link = [
  'liveTransport',
  'tokenIssuer',
  'accessTokens',
  'lamport',
  'timer',
  'randomness',
] as const;

/** What delivery is made of. */
const innerDelivery = {
  hubIdentities: useCase(['knownHubs', 'outboxes'], () => import('../delivery/hub-identities.js')),
  accessTokens: useCase(
    [
      ...(['credentials', 'tokenIssuer', 'wallClock'] as const),
      ...(['signInEnvironment', 'machineAccounts', 'hubIdentities'] as const),
    ],
    () => import('../delivery/access-token.js'),
  ),
  leftOvers: useCase(
    ['checkouts', 'repository', 'resolveLeftOver'],
    () => import('../work/resolve-left-over.js'),
  ),
  liveLink: useCase(link, () => import('../delivery/live-link.js')),
  deliveryRoute: useCase(
    ['batchTransport', 'accessTokens', 'pacing'],
    () => import('../delivery/courier.js'),
  ),
  hubReceipts: useCase(
    ['accessTokens', 'receiptReader', 'tokenIssuer', 'wallClock'],
    () => import('../delivery/hub-receipts.js'),
  ),
  machineReports: useCase(
    [
      ...(['accessTokens', 'hubReceipts', 'batchTransport', 'lamport'] as const),
      ...(['outboxes', 'sharing', 'wallClock', 'timer'] as const),
    ],
    () => import('../delivery/machine-reports.js'),
  ),
};

/** What every report about waiting events needs. */
const waiting = ['outboxes', 'sharing', 'wallClock', 'account'] as const;

/** Where every event is, and what is to be decided about it. */
export const reportsUseCases = {
  scopeEvents: useCase(
    ['repository', 'files', 'outboxes', 'showIdentity'],
    () => import('../reports/event-scope.js'),
  ),
  listEvents: useCase(['scopeEvents'], () => import('../reports/journal-events.js')),
  exportEvents: useCase(['scopeEvents'], () => import('../reports/journal-events.js')),
  getSyncStatus: useCase(
    [...waiting, 'checkouts', 'settings', 'backgroundPost'],
    () => import('../reports/get-sync-status.js'),
  ),
  diagnoseOutbox: useCase(waiting, () => import('../reports/waiting-events.js')),
  checkConnection: useCase(
    ['batchTransport', 'tokenIssuer', 'accessTokens', 'account', 'settings'],
    () => import('../reports/check-connection.js'),
  ),
  verifyDelivery: useCase(
    ['outboxes', 'accessTokens', 'hubReceipts', 'sharing'],
    () => import('../reports/verify-delivery.js'),
  ),
  previewDelivery: useCase(waiting, () => import('../reports/waiting-events.js')),
  listLeftEvents: useCase(waiting, () => import('../reports/waiting-events.js')),
  listDeadLetters: useCase(waiting, () => import('../reports/dead-letters.js')),
  decideDeadLetters: useCase(
    ['outboxes', 'listDeadLetters', 'lamport', 'wallClock', 'randomness', 'account'],
    () => import('../reports/dead-letters.js'),
  ),
  examineMachine: useCase(
    [
      ...waiting,
      ...(['stateFiles', 'checkouts', 'configs', 'repository', 'intents'] as const),
      ...(['settings', 'lamport', 'backgroundPost', 'getAccountStatus'] as const),
      ...(['checkConnection', 'importQueue', 'hubIdentities', 'version'] as const),
    ],
    () => import('../reports/examine-machine.js'),
  ),
};

/** Agents that work through a feature. */
export const agentsUseCases = {
  installInstructions: useCase(['repository', 'files'], () => import('../agents/install-instructions.js')),
  planOrchestration: useCase(
    ['repository', 'files', 'agentCatalog'],
    () => import('../agents/plan-orchestration.js'),
  ),
  orchestrationStatus: useCase(
    ['files', 'orchestrationStore'],
    () => import('../agents/orchestration-status.js'),
  ),
  orchestrateFeature: useCase(
    [
      ...(['repository', 'files', 'merges', 'intents', 'emitter', 'resolveLeftOver', 'agentRunner'] as const),
      ...(['agentCatalog', 'agentTrust', 'agentWork', 'orchestrationStore', 'wallClock'] as const),
      ...(['timer', 'eventIds', 'randomness'] as const),
    ],
    () => import('../agents/orchestrate-feature.js'),
  ),
  abortOrchestration: useCase(
    ['orchestrationStore', 'timer', 'wallClock'],
    () => import('../agents/abort-orchestration.js'),
  ),
};

/** All of them. */
export const recipes = {
  ...{ ...eventsUseCases, ...outboxUseCases, ...workUseCases, ...reportsUseCases, ...agentsUseCases },
  ...{ ...deliveryUseCases, ...innerDelivery },
};
