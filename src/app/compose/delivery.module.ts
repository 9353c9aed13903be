import { batchIntervalMs, captureLimits, retentionMs } from '../outbox/capture-limits.js';
import { signedInAccount } from '../delivery/signed-in-account.js';
import type { Parts } from './parts.js';
import type { Registrar } from './registrar.js';

/** Accounts and delivery. The transports and what drives them are loaded when something is delivered, not before. */
export const deliveryModule = (register: Registrar<Parts>): void => {
  register.single('batchTransport', ['environment', 'wallClock'], async ({ version }, clock) => {
    const { GotBatchTransport } = await import('../../adapters/delivery/got-batch-transport.js');
    return new GotBatchTransport({ version, clock });
  });
  register.single('liveTransport', ['environment', 'timer'], async ({ version }, timer) => {
    const { WsLiveTransport } = await import('../../adapters/delivery/ws-live-transport.js');
    return new WsLiveTransport({ version, timer });
  });
  register.single('tokenIssuer', ['environment'], async ({ version }) => {
    const { GotTokenIssuer } = await import('../../adapters/delivery/got-token-issuer.js');
    return new GotTokenIssuer({ version });
  });
  register.single('hubIdentities', ['knownHubs', 'outboxes'], async (known, outboxes) => {
    const { HubIdentities } = await import('../delivery/hub-identities.js');
    return new HubIdentities(known, outboxes);
  });
  register.single(
    'accessTokens',
    ['credentials', 'tokenIssuer', 'wallClock', 'signInEnvironment', 'machineAccounts', 'hubIdentities'],
    async (store, issuer, clock, environment, machines, hubs) => {
      const { AccessTokens } = await import('../delivery/access-token.js');
      return new AccessTokens(store, issuer, clock, environment, machines, hubs);
    },
  );
  register.single('sharing', ['checkouts', 'configs', 'stateFiles'], async (registry, configs, files) => {
    const { SharingPolicy } = await import('../delivery/sharing-policy.js');
    return new SharingPolicy(registry, configs, files);
  });
  register.single(
    'signIn',
    ['credentials', 'tokenIssuer', 'wallClock', 'hubIdentities', 'batchTransport'],
    async (store, issuer, clock, hubs, transport) => {
      const { SignIn } = await import('../delivery/sign-in.js');
      return new SignIn(store, issuer, clock, hubs, transport);
    },
  );
  register.single('signOut', ['credentials', 'tokenIssuer'], async (store, issuer) => {
    const { SignOut } = await import('../delivery/sign-out.js');
    return new SignOut(store, issuer);
  });
  register.single('backlogConsent', ['outboxes', 'checkouts'], async (outboxes, registry) => {
    const { BacklogConsent } = await import('../delivery/backlog-consent.js');
    return new BacklogConsent(outboxes, registry);
  });
  register.single('liftRefusals', ['outboxes'], async (outboxes) => {
    const { LiftRefusals } = await import('../delivery/lift-refusals.js');
    return new LiftRefusals(outboxes);
  });
  register.single(
    'setSharing',
    ['checkouts', 'outboxes', 'accountStatus'],
    async (registry, outboxes, accountStatus) => {
      const { SetSharing } = await import('../delivery/set-sharing.js');
      return new SetSharing(registry, outboxes, () => signedInAccount(accountStatus));
    },
  );
  register.single('importQueue', ['outboxes', 'settings'], async (outboxes, settings) => {
    const [{ SqliteQueue }, { ImportQueue }] = await Promise.all([
      import('../../adapters/outbox/sqlite-queue.js'),
      import('../outbox/import-queue.js'),
    ]);
    return new ImportQueue(new SqliteQueue(), outboxes, async () => captureLimits(await settings.read()));
  });
  register.single('importEvents', ['outboxes', 'settings'], async (outboxes, settings) => {
    const { ImportEvents } = await import('../outbox/import-events.js');
    return new ImportEvents(outboxes, async () => captureLimits(await settings.read()));
  });
  register.single('exportEvents', [], async () => {
    const { ExportEvents } = await import('../reports/export-events.js');
    return new ExportEvents();
  });
  register.single('listEvents', [], async () => {
    const { ListEvents } = await import('../reports/list-events.js');
    return new ListEvents();
  });
  register.single(
    'leftOvers',
    ['checkouts', 'repository', 'resolveLeftOver'],
    async (registry, repository, resolve) => {
      const { LeftOvers } = await import('../work/left-overs.js');
      return new LeftOvers(registry, repository, resolve);
    },
  );
  register.single(
    'liveLink',
    ['liveTransport', 'tokenIssuer', 'accessTokens', 'lamport', 'timer', 'randomness'],
    async (transport, issuer, tokens, clock, timer, randomness) => {
      const { LiveLink } = await import('../delivery/live-session.js');
      return new LiveLink({ transport, issuer, tokens, clock, timer, randomness });
    },
  );
  register.single(
    'deliveryRoute',
    ['batchTransport', 'accessTokens', 'settings', 'timer', 'wallClock'],
    async (transport, tokens, settings, timer, clock) => {
      const [{ DeliveryRoute }, { Pacing }] = await Promise.all([
        import('../delivery/delivery-route.js'),
        import('../delivery/pacing.js'),
      ]);
      const pacing = new Pacing(async () => batchIntervalMs(await settings.read()), timer, clock);
      return new DeliveryRoute(transport, tokens, pacing);
    },
  );
  register.single(
    'flushHost',
    ['outboxes', 'sharing', 'lamport', 'wallClock', 'randomness', 'timer', 'leftOvers', 'settings'],
    (outboxes, sharing, clock, wallClock, randomness, timer, leftOvers, settings) => ({
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
  register.single('flush', ['flushHost', 'deliveryRoute'], async (host, route) => {
    const { Flush } = await import('../delivery/flush.js');
    return new Flush({ ...host, route: (signal) => route.find(signal) });
  });
  register.single(
    'backgroundSync',
    ['flushHost', 'deliveryRoute', 'liveLink', 'timer', 'wallClock', 'randomness'],
    async (host, route, live, timer, wallClock, randomness) => {
      const [{ Flush }, { BackgroundSyncService }] = await Promise.all([
        import('../delivery/flush.js'),
        import('../delivery/background-sync.js'),
      ]);
      const flush = new Flush({ ...host, route: (signal) => route.find(signal, live) });
      return new BackgroundSyncService({ flush, live, timer, wallClock, randomness });
    },
  );
};
