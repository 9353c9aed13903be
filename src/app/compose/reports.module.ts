import { signedInAccount } from '../delivery/signed-in-account.js';
import type { Registrar } from './registrar.js';
import { TOKENS } from './tokens.js';

/** What tells people where their events are, and lets them decide about those that went nowhere. */
export const reportsModule = (register: Registrar): void => {
  register.single(TOKENS.receiptReader, [TOKENS.environment], async ({ version }) => {
    const { GotReceiptReader } = await import('../../adapters/delivery/got-receipt-reader.js');
    return new GotReceiptReader({ version });
  });
  register.single(TOKENS.eventReader, [TOKENS.environment], async ({ version }) => {
    const { GotEventReader } = await import('../../adapters/delivery/got-event-reader.js');
    return new GotEventReader({ version });
  });
  register.single(
    TOKENS.eventTail,
    [TOKENS.accessTokens, TOKENS.eventReader, TOKENS.liveLinkTo],
    async (tokens, reader, linkTo) => {
      const { EventTail } = await import('../delivery/event-tail.js');
      return (input) => new EventTail({ tokens, reader, linkTo }, input);
    },
  );
  register.single(TOKENS.stateFiles, [TOKENS.stateRoot], async (root) => {
    const { FsStateFiles } = await import('../../adapters/reports/fs-state-files.js');
    return new FsStateFiles(root);
  });
  register.single(
    TOKENS.syncStatus,
    [
      TOKENS.outboxes,
      TOKENS.checkouts,
      TOKENS.sharing,
      TOKENS.settings,
      TOKENS.wallClock,
      TOKENS.backgroundPost,
      TOKENS.accountStatus,
    ],
    async (outboxes, registry, sharing, settings, clock, background, accountStatus) => {
      const { GetSyncStatus } = await import('../reports/get-sync-status.js');
      const account = () => signedInAccount(accountStatus);
      return new GetSyncStatus({ outboxes, registry, sharing, settings, clock, background, account });
    },
  );
  register.single(TOKENS.diagnoseOutbox, [TOKENS.outboxes], async (outboxes) => {
    const { DiagnoseOutbox } = await import('../reports/diagnose-outbox.js');
    return new DiagnoseOutbox(outboxes);
  });
  register.single(
    TOKENS.checkConnection,
    [TOKENS.batchTransport, TOKENS.tokenIssuer, TOKENS.accessTokens, TOKENS.settings],
    async (transport, issuer, tokens, settings) => {
      const { CheckConnection } = await import('../reports/check-connection.js');
      return new CheckConnection({ transport, issuer, tokens, settings });
    },
  );
  register.single(
    TOKENS.verifyDelivery,
    [TOKENS.outboxes, TOKENS.accessTokens, TOKENS.receiptReader],
    async (outboxes, tokens, receipts) => {
      const { VerifyDelivery } = await import('../reports/verify-delivery.js');
      return new VerifyDelivery(outboxes, tokens, receipts);
    },
  );
  register.single(
    TOKENS.previewDelivery,
    [TOKENS.outboxes, TOKENS.sharing, TOKENS.wallClock, TOKENS.accountStatus],
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
    TOKENS.moveEvents,
    [TOKENS.outboxes, TOKENS.checkouts, TOKENS.knownHubs, TOKENS.accessTokens],
    async (outboxes, registry, hubs, tokens) => {
      const { MoveEvents } = await import('../delivery/move-events.js');
      return new MoveEvents({ outboxes, registry, hubs, tokens });
    },
  );
  register.single(
    TOKENS.listLeftEvents,
    [TOKENS.outboxes, TOKENS.sharing, TOKENS.wallClock, TOKENS.accountStatus],
    async (outboxes, sharing, clock, accountStatus) => {
      const { ListLeftEvents } = await import('../reports/list-left-events.js');
      const account = () => signedInAccount(accountStatus);
      return new ListLeftEvents({ outboxes, sharing, clock, account });
    },
  );
  register.single(
    TOKENS.listDeadLetters,
    [TOKENS.outboxes, TOKENS.accountStatus],
    async (outboxes, accountStatus) => {
      const { ListDeadLetters } = await import('../reports/list-dead-letters.js');
      return new ListDeadLetters(outboxes, () => signedInAccount(accountStatus));
    },
  );
  register.single(
    TOKENS.decideDeadLetters,
    [
      TOKENS.outboxes,
      TOKENS.listDeadLetters,
      TOKENS.lamport,
      TOKENS.wallClock,
      TOKENS.randomness,
      TOKENS.accountStatus,
    ],
    async (outboxes, list, clock, wallClock, randomness, accountStatus) => {
      const { DecideDeadLetters } = await import('../reports/decide-dead-letters.js');
      const account = () => signedInAccount(accountStatus);
      return new DecideDeadLetters({ outboxes, list, clock, wallClock, randomness, account });
    },
  );
  register.single(
    TOKENS.examineMachine,
    [
      TOKENS.stateFiles,
      TOKENS.outboxes,
      TOKENS.checkouts,
      TOKENS.configs,
      TOKENS.repository,
      TOKENS.intents,
      TOKENS.sharing,
      TOKENS.settings,
      TOKENS.lamport,
      TOKENS.wallClock,
      TOKENS.backgroundPost,
      TOKENS.accountStatus,
      TOKENS.checkConnection,
      TOKENS.importQueue,
      TOKENS.hubIdentities,
      TOKENS.environment,
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
    TOKENS.liveLinkTo,
    [
      TOKENS.liveTransport,
      TOKENS.tokenIssuer,
      TOKENS.accessTokens,
      TOKENS.lamport,
      TOKENS.timer,
      TOKENS.randomness,
    ],
    async (transport, issuer, tokens, clock, timer, randomness) => {
      const { LiveLink } = await import('../delivery/live-session.js');
      return (listeners) => new LiveLink({ transport, issuer, tokens, clock, timer, randomness }, listeners);
    },
  );
};
