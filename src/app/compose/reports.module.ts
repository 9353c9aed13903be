import { signedInAccount } from '../delivery/signed-in-account.js';
import type { Parts } from './parts.js';
import type { Composing } from './parts-container.js';

/** What tells people where their events are, and lets them decide about those that went nowhere. */
export const reportsModule = ({ part, useCase }: Composing<Parts>): void => {
  part('eventReader', ['environment'], async ({ environment: { version } }) => {
    const { GotEventReader } = await import('../../adapters/delivery/got-event-reader.js');
    return new GotEventReader({ version });
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
  part('stateFiles', ['stateRoot'], async ({ stateRoot: root }) => {
    const { FsStateFiles } = await import('../../adapters/reports/fs-state-files.js');
    return new FsStateFiles(root);
  });
  part(
    'getSyncStatus',
    ['outboxes', 'checkouts', 'sharing', 'settings', 'wallClock', 'backgroundPost', 'getAccountStatus'],
    async ({
      outboxes,
      checkouts: registry,
      sharing,
      settings,
      wallClock: clock,
      backgroundPost: background,
      getAccountStatus: accountStatus,
    }) => {
      const { GetSyncStatus } = await import('../reports/get-sync-status.js');
      const account = () => signedInAccount(accountStatus);
      return new GetSyncStatus({ outboxes, registry, sharing, settings, clock, background, account });
    },
  );
  part('diagnoseOutbox', ['outboxes'], async ({ outboxes }) => {
    const { DiagnoseOutbox } = await import('../reports/diagnose-outbox.js');
    return new DiagnoseOutbox(outboxes);
  });
  part(
    'checkConnection',
    ['batchTransport', 'tokenIssuer', 'accessTokens', 'settings'],
    async ({ batchTransport: transport, tokenIssuer: issuer, accessTokens: tokens, settings }) => {
      const { CheckConnection } = await import('../reports/check-connection.js');
      return new CheckConnection({ transport, issuer, tokens, settings });
    },
  );
  part(
    'verifyDelivery',
    ['outboxes', 'accessTokens', 'hubReceipts'],
    async ({ outboxes, accessTokens: tokens, hubReceipts: receipts }) => {
      const { VerifyDelivery } = await import('../reports/verify-delivery.js');
      return new VerifyDelivery(outboxes, tokens, receipts);
    },
  );
  part(
    'previewDelivery',
    ['outboxes', 'sharing', 'wallClock', 'getAccountStatus'],
    async ({ outboxes, sharing, wallClock: clock, getAccountStatus: accountStatus }) => {
      const { PreviewDelivery } = await import('../reports/preview-delivery.js');
      return new PreviewDelivery({
        outboxes,
        sharing,
        clock,
        account: () => signedInAccount(accountStatus),
      });
    },
  );
  part(
    'moveEvents',
    ['outboxes', 'checkouts', 'knownHubs', 'accessTokens'],
    async ({ outboxes, checkouts: registry, knownHubs: hubs, accessTokens: tokens }) => {
      const { MoveEvents } = await import('../delivery/move-events.js');
      return new MoveEvents({ outboxes, registry, hubs, tokens });
    },
  );
  part(
    'listLeftEvents',
    ['outboxes', 'sharing', 'wallClock', 'getAccountStatus'],
    async ({ outboxes, sharing, wallClock: clock, getAccountStatus: accountStatus }) => {
      const { ListLeftEvents } = await import('../reports/list-left-events.js');
      const account = () => signedInAccount(accountStatus);
      return new ListLeftEvents({ outboxes, sharing, clock, account });
    },
  );
  part(
    'listDeadLetters',
    ['outboxes', 'getAccountStatus'],
    async ({ outboxes, getAccountStatus: accountStatus }) => {
      const { ListDeadLetters } = await import('../reports/list-dead-letters.js');
      return new ListDeadLetters(outboxes, () => signedInAccount(accountStatus));
    },
  );
  part(
    'decideDeadLetters',
    ['outboxes', 'listDeadLetters', 'lamport', 'wallClock', 'randomness', 'getAccountStatus'],
    async ({
      outboxes,
      listDeadLetters: list,
      lamport: clock,
      wallClock,
      randomness,
      getAccountStatus: accountStatus,
    }) => {
      const { DecideDeadLetters } = await import('../reports/decide-dead-letters.js');
      const account = () => signedInAccount(accountStatus);
      return new DecideDeadLetters({ outboxes, list, clock, wallClock, randomness, account });
    },
  );
  part(
    'examineMachine',
    [
      'stateFiles',
      'outboxes',
      'checkouts',
      'configs',
      'repository',
      'intents',
      'sharing',
      'settings',
      'lamport',
      'wallClock',
      'backgroundPost',
      'getAccountStatus',
      'checkConnection',
      'importQueue',
      'hubIdentities',
      'environment',
    ],
    async ({
      stateFiles: files,
      outboxes,
      checkouts: registry,
      configs,
      repository,
      intents,
      sharing,
      settings,
      lamport,
      wallClock: clock,
      backgroundPost: background,
      getAccountStatus: account,
      checkConnection: connection,
      importQueue: olderQueues,
      hubIdentities: hubs,
      environment: { version },
    }) => {
      const { ExamineMachine } = await import('../reports/examine-machine.js');
      return new ExamineMachine({
        ...{ files, outboxes, registry, configs, repository, intents, sharing, settings },
        ...{ lamport, clock, background, account, connection, olderQueues, version },
        ...{ lamport, clock, background, account, connection, hubs, version },
      });
    },
  );
  part(
    'liveLinkTo',
    ['liveTransport', 'tokenIssuer', 'accessTokens', 'lamport', 'timer', 'randomness'],
    async ({
      liveTransport: transport,
      tokenIssuer: issuer,
      accessTokens: tokens,
      lamport: clock,
      timer,
      randomness,
    }) => {
      const { LiveLink } = await import('../delivery/live-session.js');
      return (listeners) => new LiveLink({ transport, issuer, tokens, clock, timer, randomness }, listeners);
    },
  );
};
