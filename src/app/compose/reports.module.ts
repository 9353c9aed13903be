import type { Parts } from './parts.js';
import { useCase, type Composing } from './parts-container.js';

const waiting = ['outboxes', 'sharing', 'wallClock', 'account'] as const;

/** Where every event is, and what is to be decided about it. */
export const reportsUseCases = {
  scopeEvents: useCase(
    ['repository', 'files', 'outboxes', 'showIdentity'],
    () => import('../reports/event-scope.js'),
  ),
  listEvents: useCase(['scopeEvents'], () => import('../reports/list-events.js')),
  exportEvents: useCase(['scopeEvents'], () => import('../reports/export-events.js')),
  getSyncStatus: useCase(
    ['outboxes', 'checkouts', 'sharing', 'settings', 'wallClock', 'backgroundPost', 'account'],
    () => import('../reports/get-sync-status.js'),
  ),
  diagnoseOutbox: useCase(['outboxes'], () => import('../reports/diagnose-outbox.js')),
  checkConnection: useCase(
    ['batchTransport', 'tokenIssuer', 'accessTokens', 'settings'],
    () => import('../reports/check-connection.js'),
  ),
  verifyDelivery: useCase(
    ['outboxes', 'accessTokens', 'hubReceipts'],
    () => import('../reports/verify-delivery.js'),
  ),
  previewDelivery: useCase(waiting, () => import('../reports/preview-delivery.js')),
  listLeftEvents: useCase(waiting, () => import('../reports/list-left-events.js')),
  listDeadLetters: useCase(['outboxes', 'account'], () => import('../reports/list-dead-letters.js')),
  decideDeadLetters: useCase(
    ['outboxes', 'listDeadLetters', 'lamport', 'wallClock', 'randomness', 'account'],
    () => import('../reports/decide-dead-letters.js'),
  ),
  examineMachine: useCase(
    [
      ...(['stateFiles', 'outboxes', 'checkouts', 'configs', 'repository', 'intents', 'sharing'] as const),
      ...(['settings', 'lamport', 'wallClock', 'backgroundPost', 'getAccountStatus'] as const),
      ...(['checkConnection', 'importQueue', 'hubIdentities', 'version'] as const),
    ],
    () => import('../reports/examine-machine.js'),
  ),
};

/** What tells people where their events are, and lets them decide about those that went nowhere. */
export const reportsModule = ({ part, useCases }: Composing<Parts>): void => {
  part('eventReader', ['version'], async (needs) => {
    const { GotEventReader } = await import('../../adapters/delivery/got-event-reader.js');
    return new GotEventReader(needs);
  });
  part('stateFiles', ['stateRoot'], async ({ stateRoot }) => {
    const { FsStateFiles } = await import('../../adapters/reports/fs-state-files.js');
    return new FsStateFiles(stateRoot);
  });
  useCases(reportsUseCases);
};
