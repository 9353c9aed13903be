import { useCase } from './parts-container.js';

/** Whose events these are. */
export const eventsUseCases = {
  showIdentity: useCase(() => import('../events/show-identity.js')),
  listSettings: useCase(() => import('../events/settings-list.js')),
  setSetting: useCase(() => import('../events/settings-list.js')),
};

/** The project's plan: features and work packages. */
export const workUseCases = {
  initProject: useCase(() => import('../work/init-project.js')),
  makeFeature: useCase(() => import('../work/new-feature.js')),
  finalizeTasks: useCase(() => import('../work/finalize-tasks.js')),
  implementWorkPackage: useCase(() => import('../work/implement-work-package.js')),
  addHistory: useCase(() => import('../work/add-history.js')),
  markStatus: useCase(() => import('../work/mark-status.js')),
  mergeWorkPackages: useCase(() => import('../work/merge-work-packages.js')),
  acceptWorkPackages: useCase(() => import('../work/accept-work-packages.js')),
  readBoard: useCase(() => import('../work/read-board.js')),
  readWorkAhead: useCase(() => import('../work/read-work-ahead.js')),
  checkFeature: useCase(() => import('../work/check-feature.js')),
  showWorkPackage: useCase(() => import('../work/show-work-package.js')),
  reviewWorkPackage: useCase(() => import('../work/review-work-package.js')),
  cleanFeature: useCase(() => import('../work/clean-feature.js')),
  logBreakage: useCase(() => import('../work/log-breakage.js')),
};

/** Accounts, consent, and the way of the events to the hub. */
export const deliveryUseCases = {
  signIn: useCase(() => import('../delivery/sign-in.js')),
  signOut: useCase(() => import('../delivery/sign-out.js')),
  backlogConsent: useCase(() => import('../delivery/backlog-consent.js')),
  liftRefusals: useCase(() => import('../delivery/sharing.js')),
  setSharing: useCase(() => import('../delivery/sharing.js')),
  moveEvents: useCase(() => import('../delivery/move-events.js')),
  followEvents: useCase(() => import('../delivery/event-tail.js'), 'liveLinkTo'),
  backgroundProcess: useCase(
    () => import('../delivery/background-process.js'),
    'backgroundPost',
    'backgroundLog',
    'liveLink',
    'machineReports',
  ),
  deliverBeside: useCase(() => import('../delivery/deliver-beside.js')),
};

/** What is captured beside the work, and what was captured elsewhere. */
export const outboxUseCases = {
  emitEvent: useCase(() => import('../outbox/emit-event.js')),
  importEvents: useCase(() => import('../outbox/import-events.js')),
  importQueue: useCase(() => import('../outbox/import-events.js')),
};

/** What delivery is made of. */
const innerDelivery = {
  hubIdentities: useCase(() => import('../delivery/hub-identities.js')),
  accessTokens: useCase(() => import('../delivery/access-token.js')),
  leftOvers: useCase(() => import('../work/resolve-left-over.js')),
  liveLink: useCase(() => import('../delivery/live-link.js')),
  deliveryRoute: useCase(() => import('../delivery/courier.js'), 'pacing'),
  hubReceipts: useCase(() => import('../delivery/hub-receipts.js')),
  machineReports: useCase(() => import('../delivery/machine-reports.js')),
};

/** Where every event is, and what is to be decided about it. */
export const reportsUseCases = {
  scopeEvents: useCase(() => import('../reports/event-scope.js')),
  listEvents: useCase(() => import('../reports/journal-events.js')),
  exportEvents: useCase(() => import('../reports/journal-events.js')),
  getSyncStatus: useCase(() => import('../reports/get-sync-status.js'), 'backgroundPost'),
  diagnoseOutbox: useCase(() => import('../reports/waiting-events.js')),
  checkConnection: useCase(() => import('../reports/check-connection.js')),
  verifyDelivery: useCase(() => import('../reports/verify-delivery.js')),
  previewDelivery: useCase(() => import('../reports/waiting-events.js')),
  listLeftEvents: useCase(() => import('../reports/waiting-events.js')),
  listDeadLetters: useCase(() => import('../reports/dead-letters.js')),
  decideDeadLetters: useCase(() => import('../reports/dead-letters.js')),
  examineMachine: useCase(() => import('../reports/examine-machine.js'), 'backgroundPost'),
};

/** Agents that work through a feature. */
export const agentsUseCases = {
  installInstructions: useCase(() => import('../agents/install-instructions.js')),
  planOrchestration: useCase(() => import('../agents/plan-orchestration.js')),
  orchestrationStatus: useCase(() => import('../agents/orchestration-status.js')),
  orchestrateFeature: useCase(() => import('../agents/orchestrate-feature.js')),
  abortOrchestration: useCase(() => import('../agents/abort-orchestration.js')),
};

/** All of them. */
export const recipes = {
  ...{ ...eventsUseCases, ...outboxUseCases, ...workUseCases, ...reportsUseCases, ...agentsUseCases },
  ...{ ...deliveryUseCases, ...innerDelivery },
};
