import { signedInAccount } from '../delivery/signed-in-account.js';
import type { Parts } from './parts.js';
import type { Registrar } from './registrar.js';

/** What tells people where their events are, and lets them decide about those that went nowhere. */
export const reportsModule = (register: Registrar<Parts>): void => {
  register.single('receiptReader', ['environment'], async ({ version }) => {
    const { GotReceiptReader } = await import('../../adapters/delivery/got-receipt-reader.js');
    return new GotReceiptReader({ version });
  });
  register.single('eventReader', ['environment'], async ({ version }) => {
    const { GotEventReader } = await import('../../adapters/delivery/got-event-reader.js');
    return new GotEventReader({ version });
  });
  register.single(
    'eventTail',
    ['accessTokens', 'eventReader', 'liveLinkTo'],
    async (tokens, reader, linkTo) => {
      const { EventTail } = await import('../delivery/event-tail.js');
      return (input) => new EventTail({ tokens, reader, linkTo }, input);
    },
  );
  register.single('stateFiles', ['stateRoot'], async (root) => {
    const { FsStateFiles } = await import('../../adapters/reports/fs-state-files.js');
    return new FsStateFiles(root);
  });
  register.single(
    'syncStatus',
    ['outboxes', 'checkouts', 'sharing', 'settings', 'wallClock', 'backgroundPost', 'accountStatus'],
    async (outboxes, registry, sharing, settings, clock, background, accountStatus) => {
      const { GetSyncStatus } = await import('../reports/get-sync-status.js');
      const account = () => signedInAccount(accountStatus);
      return new GetSyncStatus({ outboxes, registry, sharing, settings, clock, background, account });
    },
  );
  register.single('diagnoseOutbox', ['outboxes'], async (outboxes) => {
    const { DiagnoseOutbox } = await import('../reports/diagnose-outbox.js');
    return new DiagnoseOutbox(outboxes);
  });
  register.single(
    'checkConnection',
    ['batchTransport', 'tokenIssuer', 'accessTokens', 'settings'],
    async (transport, issuer, tokens, settings) => {
      const { CheckConnection } = await import('../reports/check-connection.js');
      return new CheckConnection({ transport, issuer, tokens, settings });
    },
  );
  register.single(
    'verifyDelivery',
    ['outboxes', 'accessTokens', 'receiptReader'],
    async (outboxes, tokens, receipts) => {
      const { VerifyDelivery } = await import('../reports/verify-delivery.js');
      return new VerifyDelivery(outboxes, tokens, receipts);
    },
  );
  register.single(
    'previewDelivery',
    ['outboxes', 'sharing', 'wallClock', 'accountStatus'],
    async (outboxes, sharing, clock, accountStatus) => {
      const { PreviewDelivery } = await import('../reports/preview-delivery.js');
      return new PreviewDelivery({
        outboxes,
        sharing,
        clock,
        account: () => signedInAccount(accountStatus),
      });
    },
  );
  register.single(
    'moveEvents',
    ['outboxes', 'checkouts', 'knownHubs', 'accessTokens'],
    async (outboxes, registry, hubs, tokens) => {
      const { MoveEvents } = await import('../delivery/move-events.js');
      return new MoveEvents({ outboxes, registry, hubs, tokens });
    },
  );
  register.single(
    'listLeftEvents',
    ['outboxes', 'sharing', 'wallClock', 'accountStatus'],
    async (outboxes, sharing, clock, accountStatus) => {
      const { ListLeftEvents } = await import('../reports/list-left-events.js');
      const account = () => signedInAccount(accountStatus);
      return new ListLeftEvents({ outboxes, sharing, clock, account });
    },
  );
  register.single('listDeadLetters', ['outboxes', 'accountStatus'], async (outboxes, accountStatus) => {
    const { ListDeadLetters } = await import('../reports/list-dead-letters.js');
    return new ListDeadLetters(outboxes, () => signedInAccount(accountStatus));
  });
  register.single(
    'decideDeadLetters',
    ['outboxes', 'listDeadLetters', 'lamport', 'wallClock', 'randomness', 'accountStatus'],
    async (outboxes, list, clock, wallClock, randomness, accountStatus) => {
      const { DecideDeadLetters } = await import('../reports/decide-dead-letters.js');
      const account = () => signedInAccount(accountStatus);
      return new DecideDeadLetters({ outboxes, list, clock, wallClock, randomness, account });
    },
  );
  register.single(
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
      'accountStatus',
      'checkConnection',
      'importQueue',
      'hubIdentities',
      'environment',
    ],
    async (
      files,
      outboxes,
      registry,
      configs,
      repository,
      intents,
      sharing,
      settings,
      lamport,
      clock,
      background,
      account,
      connection,
      olderQueues,
      hubs,
      { version },
    ) => {
      const { ExamineMachine } = await import('../reports/examine-machine.js');
      return new ExamineMachine({
        ...{ files, outboxes, registry, configs, repository, intents, sharing, settings },
        ...{ lamport, clock, background, account, connection, olderQueues, version },
        ...{ lamport, clock, background, account, connection, hubs, version },
      });
    },
  );
  register.single(
    'liveLinkTo',
    ['liveTransport', 'tokenIssuer', 'accessTokens', 'lamport', 'timer', 'randomness'],
    async (transport, issuer, tokens, clock, timer, randomness) => {
      const { LiveLink } = await import('../delivery/live-session.js');
      return (listeners) => new LiveLink({ transport, issuer, tokens, clock, timer, randomness }, listeners);
    },
  );
};
