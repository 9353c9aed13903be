import { batchIntervalMs, captureLimits, retentionMs } from '../outbox/capture-limits.js';
import type { Parts } from './parts.js';
import type { Composing } from './parts-container.js';
import { deliveryUseCases, innerDelivery, link, outboxUseCases, reportsUseCases } from './use-cases.js';

/** Accounts, delivery, and what tells where events are. The transports and what drives them are loaded when something is delivered, not before. */
export const deliveryModule = ({ part, useCases }: Composing<Parts>): void => {
  part('batchTransport', ['version', 'wallClock'], async ({ version, wallClock: clock }) => {
    const { GotBatchTransport } = await import('../../adapters/delivery/got-batch-transport.js');
    return new GotBatchTransport({ version, clock });
  });
  part('liveTransport', ['version', 'timer'], async (needs) => {
    const { WsLiveTransport } = await import('../../adapters/delivery/ws-live-transport.js');
    return new WsLiveTransport(needs);
  });
  part('tokenIssuer', ['version'], async (needs) => {
    const { GotTokenIssuer } = await import('../../adapters/delivery/got-token-issuer.js');
    return new GotTokenIssuer(needs);
  });
  part('receiptReader', ['version'], async (needs) => {
    const { GotReceiptReader } = await import('../../adapters/delivery/got-receipt-reader.js');
    return new GotReceiptReader(needs);
  });
  part('foreignQueue', [], async () => {
    const { SqliteQueue } = await import('../../adapters/outbox/sqlite-queue.js');
    return new SqliteQueue();
  });

  part('sharing', ['checkouts', 'configs', 'stateFiles'], async (needs) => {
    const { SharingPolicy } = await import('../delivery/sharing-policy.js');
    return new SharingPolicy(needs);
  });

  part('liveLinkTo', link, async (needs) => {
    const { LiveLink } = await import('../delivery/live-session.js');
    return (listeners) => new LiveLink(needs, listeners);
  });
  part('pacing', ['settings', 'timer', 'wallClock'], async ({ settings, timer, wallClock }) => {
    const { Pacing } = await import('../delivery/pacing.js');
    return new Pacing(async () => batchIntervalMs(await settings.read()), timer, wallClock);
  });
  part(
    'flushHost',
    [
      ...(['outboxes', 'sharing', 'hubReceipts', 'lamport', 'wallClock', 'randomness', 'timer'] as const),
      ...(['leftOvers', 'settings', 'machineReports'] as const),
    ],
    ({ leftOvers, settings, machineReports: reports, ...needs }) => ({
      ...{ ...needs, reports },
      retainMs: async () => retentionMs(await settings.read()),
      resolveLeftOvers: async (project) => leftOvers.resolve(project, captureLimits(await settings.read())),
    }),
  );
  part('flush', ['flushHost', 'deliveryRoute'], async ({ flushHost, deliveryRoute }) => {
    const { Flush } = await import('../delivery/flush.js');
    return new Flush({ ...flushHost, route: (signal) => deliveryRoute.find(signal) });
  });
  part(
    'backgroundSync',
    ['flushHost', 'deliveryRoute', 'liveLink', 'machineReports', 'timer', 'wallClock', 'randomness'],
    async ({ flushHost, deliveryRoute, liveLink: live, machineReports: reports, ...needs }) => {
      const [{ Flush }, { BackgroundSyncService }] = await Promise.all([
        import('../delivery/flush.js'),
        import('../delivery/background-sync.js'),
      ]);
      const flush = new Flush({ ...flushHost, route: (signal) => deliveryRoute.find(signal, live) });
      return new BackgroundSyncService({ flush, live, reports, ...needs });
    },
  );
  part('doorbell', ['stateRoot'], async ({ stateRoot }) => {
    const { FsDoorbell } = await import('../../adapters/delivery/fs-doorbell.js');
    return new FsDoorbell(stateRoot.file('outbox'));
  });
  part('backgroundLog', ['stateRoot', 'wallClock'], async ({ stateRoot, wallClock }) => {
    const { BoundedFileLog } = await import('../../adapters/delivery/bounded-file-log.js');
    return new BoundedFileLog(stateRoot.file('sync', 'background.log'), wallClock);
  });
  part('eventReader', ['version'], async (needs) => {
    const { GotEventReader } = await import('../../adapters/delivery/got-event-reader.js');
    return new GotEventReader(needs);
  });
  part('stateFiles', ['stateRoot'], async ({ stateRoot }) => {
    const { FsStateFiles } = await import('../../adapters/reports/fs-state-files.js');
    return new FsStateFiles(stateRoot);
  });
  useCases(deliveryUseCases);
  useCases(outboxUseCases);
  useCases(innerDelivery);
  useCases(reportsUseCases);
};
