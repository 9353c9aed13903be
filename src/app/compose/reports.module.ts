import type { Parts } from './parts.js';
import type { Composing } from './parts-container.js';

/** What tells people where their events are, and lets them decide about those that went nowhere. */
export const reportsModule = ({ part, useCase }: Composing<Parts>): void => {
  part('eventReader', ['version'], async (needs) => {
    const { GotEventReader } = await import('../../adapters/delivery/got-event-reader.js');
    return new GotEventReader(needs);
  });
  part('stateFiles', ['stateRoot'], async ({ stateRoot }) => {
    const { FsStateFiles } = await import('../../adapters/reports/fs-state-files.js');
    return new FsStateFiles(stateRoot);
  });
  useCase(
    'followEvents',
    ['accessTokens', 'eventReader', 'liveLinkTo'],
    () => import('../delivery/event-tail.js'),
  );
  useCase(
    'scopeEvents',
    ['repository', 'files', 'outboxes', 'showIdentity'],
    () => import('../reports/event-scope.js'),
  );
  useCase('listEvents', ['scopeEvents'], () => import('../reports/list-events.js'));
  useCase('exportEvents', ['scopeEvents'], () => import('../reports/export-events.js'));
  useCase(
    'getSyncStatus',
    ['outboxes', 'checkouts', 'sharing', 'settings', 'wallClock', 'backgroundPost', 'account'],
    () => import('../reports/get-sync-status.js'),
  );
  useCase('diagnoseOutbox', ['outboxes'], () => import('../reports/diagnose-outbox.js'));
  useCase(
    'checkConnection',
    ['batchTransport', 'tokenIssuer', 'accessTokens', 'settings'],
    () => import('../reports/check-connection.js'),
  );
  useCase(
    'verifyDelivery',
    ['outboxes', 'accessTokens', 'hubReceipts'],
    () => import('../reports/verify-delivery.js'),
  );
  const waiting = ['outboxes', 'sharing', 'wallClock', 'account'] as const;
  useCase('previewDelivery', waiting, () => import('../reports/preview-delivery.js'));
  useCase('listLeftEvents', waiting, () => import('../reports/list-left-events.js'));
  useCase('listDeadLetters', ['outboxes', 'account'], () => import('../reports/list-dead-letters.js'));
  useCase(
    'decideDeadLetters',
    ['outboxes', 'listDeadLetters', 'lamport', 'wallClock', 'randomness', 'account'],
    () => import('../reports/decide-dead-letters.js'),
  );
  useCase(
    'examineMachine',
    [
      ...(['stateFiles', 'outboxes', 'checkouts', 'configs', 'repository', 'intents', 'sharing'] as const),
      ...(['settings', 'lamport', 'wallClock', 'backgroundPost', 'getAccountStatus'] as const),
      ...(['checkConnection', 'importQueue', 'hubIdentities', 'version'] as const),
    ],
    () => import('../reports/examine-machine.js'),
  );
};
