import { batchIntervalMs, captureLimits, retentionMs } from '../outbox/capture-limits.js';
import { signedInAccount } from '../delivery/signed-in-account.js';
import type { Parts } from './parts.js';
import type { Composing } from './parts-container.js';

/** Accounts and delivery. The transports and what drives them are loaded when something is delivered, not before. */
export const deliveryModule = ({ part, useCase }: Composing<Parts>): void => {
  part(
    'batchTransport',
    ['environment', 'wallClock'],
    async ({ environment: { version }, wallClock: clock }) => {
      const { GotBatchTransport } = await import('../../adapters/delivery/got-batch-transport.js');
      return new GotBatchTransport({ version, clock });
    },
  );
  part('liveTransport', ['environment', 'timer'], async ({ environment: { version }, timer }) => {
    const { WsLiveTransport } = await import('../../adapters/delivery/ws-live-transport.js');
    return new WsLiveTransport({ version, timer });
  });
  part('tokenIssuer', ['environment'], async ({ environment: { version } }) => {
    const { GotTokenIssuer } = await import('../../adapters/delivery/got-token-issuer.js');
    return new GotTokenIssuer({ version });
  });
  part('hubIdentities', ['knownHubs', 'outboxes'], async ({ knownHubs: known, outboxes }) => {
    const { HubIdentities } = await import('../delivery/hub-identities.js');
    return new HubIdentities(known, outboxes);
  });
  part(
    'accessTokens',
    ['credentials', 'tokenIssuer', 'wallClock', 'signInEnvironment', 'machineAccounts', 'hubIdentities'],
    async ({
      credentials: store,
      tokenIssuer: issuer,
      wallClock: clock,
      signInEnvironment: environment,
      machineAccounts: machines,
      hubIdentities: hubs,
    }) => {
      const { AccessTokens } = await import('../delivery/access-token.js');
      return new AccessTokens(store, issuer, clock, environment, machines, hubs);
    },
  );
  part(
    'sharing',
    ['checkouts', 'configs', 'stateFiles'],
    async ({ checkouts: registry, configs, stateFiles: files }) => {
      const { SharingPolicy } = await import('../delivery/sharing-policy.js');
      return new SharingPolicy(registry, configs, files);
    },
  );
  part(
    'signIn',
    ['credentials', 'tokenIssuer', 'wallClock', 'hubIdentities', 'batchTransport'],
    async ({
      credentials: store,
      tokenIssuer: issuer,
      wallClock: clock,
      hubIdentities: hubs,
      batchTransport: transport,
    }) => {
      const { SignIn } = await import('../delivery/sign-in.js');
      return new SignIn(store, issuer, clock, hubs, transport);
    },
  );
  part('signOut', ['credentials', 'tokenIssuer'], async ({ credentials: store, tokenIssuer: issuer }) => {
    const { SignOut } = await import('../delivery/sign-out.js');
    return new SignOut(store, issuer);
  });
  part('backlogConsent', ['outboxes', 'checkouts'], async ({ outboxes, checkouts: registry }) => {
    const { BacklogConsent } = await import('../delivery/backlog-consent.js');
    return new BacklogConsent(outboxes, registry);
  });
  part('liftRefusals', ['outboxes'], async ({ outboxes }) => {
    const { LiftRefusals } = await import('../delivery/lift-refusals.js');
    return new LiftRefusals(outboxes);
  });
  part(
    'setSharing',
    ['checkouts', 'outboxes', 'getAccountStatus'],
    async ({ checkouts: registry, outboxes, getAccountStatus: accountStatus }) => {
      const { SetSharing } = await import('../delivery/set-sharing.js');
      return new SetSharing(registry, outboxes, () => signedInAccount(accountStatus));
    },
  );
  part('importQueue', ['outboxes', 'settings'], async ({ outboxes, settings }) => {
    const [{ SqliteQueue }, { ImportQueue }] = await Promise.all([
      import('../../adapters/outbox/sqlite-queue.js'),
      import('../outbox/import-queue.js'),
    ]);
    return new ImportQueue(new SqliteQueue(), outboxes, async () => captureLimits(await settings.read()));
  });
  part('importEvents', ['outboxes', 'settings'], async ({ outboxes, settings }) => {
    const { ImportEvents } = await import('../outbox/import-events.js');
    return new ImportEvents(outboxes, async () => captureLimits(await settings.read()));
  });
  useCase('leftOvers', ['checkouts', 'repository', 'resolveLeftOver'], () => import('../work/left-overs.js'));
  part(
    'liveLink',
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
      return new LiveLink({ transport, issuer, tokens, clock, timer, randomness });
    },
  );
  part(
    'deliveryRoute',
    ['batchTransport', 'accessTokens', 'settings', 'timer', 'wallClock'],
    async ({ batchTransport: transport, accessTokens: tokens, settings, timer, wallClock: clock }) => {
      const [{ DeliveryRoute }, { Pacing }] = await Promise.all([
        import('../delivery/delivery-route.js'),
        import('../delivery/pacing.js'),
      ]);
      const pacing = new Pacing(async () => batchIntervalMs(await settings.read()), timer, clock);
      return new DeliveryRoute(transport, tokens, pacing);
    },
  );
  part('receiptReader', ['environment'], async ({ environment: { version } }) => {
    const { GotReceiptReader } = await import('../../adapters/delivery/got-receipt-reader.js');
    return new GotReceiptReader({ version });
  });
  part(
    'hubReceipts',
    ['accessTokens', 'receiptReader', 'tokenIssuer', 'wallClock'],
    async ({ accessTokens: tokens, receiptReader: receipts, tokenIssuer: issuer, wallClock: clock }) => {
      const { HubReceipts } = await import('../delivery/hub-receipts.js');
      return new HubReceipts(tokens, receipts, issuer, clock);
    },
  );
  part(
    'flushHost',
    [
      ...([
        'outboxes',
        'sharing',
        'lamport',
        'wallClock',
        'randomness',
        'timer',
        'leftOvers',
        'settings',
      ] as const),
      'hubReceipts',
    ],
    ({
      outboxes,
      sharing,
      lamport: clock,
      wallClock,
      randomness,
      timer,
      leftOvers,
      settings,
      hubReceipts,
    }) => ({
      receipts: hubReceipts,
      outboxes,
      sharing,
      clock,
      wallClock,
      randomness,
      timer,
      retainMs: async () => retentionMs(await settings.read()),
      resolveLeftOvers: async (project) => leftOvers.resolve(project, captureLimits(await settings.read())),
    }),
  );
  part('flush', ['flushHost', 'deliveryRoute'], async ({ flushHost: host, deliveryRoute: route }) => {
    const { Flush } = await import('../delivery/flush.js');
    return new Flush({ ...host, route: (signal) => route.find(signal) });
  });
  part(
    'backgroundSync',
    ['flushHost', 'deliveryRoute', 'liveLink', 'timer', 'wallClock', 'randomness'],
    async ({ flushHost: host, deliveryRoute: route, liveLink: live, timer, wallClock, randomness }) => {
      const [{ Flush }, { BackgroundSyncService }] = await Promise.all([
        import('../delivery/flush.js'),
        import('../delivery/background-sync.js'),
      ]);
      const flush = new Flush({ ...host, route: (signal) => route.find(signal, live) });
      return new BackgroundSyncService({ flush, live, timer, wallClock, randomness });
    },
  );
};
