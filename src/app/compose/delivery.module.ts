import { batchIntervalMs, captureLimits, retentionMs } from '../outbox/capture-limits.js';
import { signedInAccount } from '../delivery/signed-in-account.js';
import type { Registrar } from './registrar.js';
import { TOKENS } from './tokens.js';

/** Accounts and delivery. The transports and what drives them are loaded when something is delivered, not before. */
export const deliveryModule = (register: Registrar): void => {
  register.single(
    TOKENS.batchTransport,
    [TOKENS.environment, TOKENS.wallClock],
    async ({ version }, clock) => {
      const { GotBatchTransport } = await import('../../adapters/delivery/got-batch-transport.js');
      return new GotBatchTransport({ version, clock });
    },
  );
  register.single(TOKENS.liveTransport, [TOKENS.environment, TOKENS.timer], async ({ version }, timer) => {
    const { WsLiveTransport } = await import('../../adapters/delivery/ws-live-transport.js');
    return new WsLiveTransport({ version, timer });
  });
  register.single(TOKENS.tokenIssuer, [TOKENS.environment], async ({ version }) => {
    const { GotTokenIssuer } = await import('../../adapters/delivery/got-token-issuer.js');
    return new GotTokenIssuer({ version });
  });
  register.single(TOKENS.hubIdentities, [TOKENS.knownHubs, TOKENS.outboxes], async (known, outboxes) => {
    const { HubIdentities } = await import('../delivery/hub-identities.js');
    return new HubIdentities(known, outboxes);
  });
  register.single(
    TOKENS.accessTokens,
    [
      TOKENS.credentials,
      TOKENS.tokenIssuer,
      TOKENS.wallClock,
      TOKENS.signInEnvironment,
      TOKENS.machineAccounts,
      TOKENS.hubIdentities,
    ],
    async (store, issuer, clock, environment, machines, hubs) => {
      const { AccessTokens } = await import('../delivery/access-token.js');
      return new AccessTokens(store, issuer, clock, environment, machines, hubs);
    },
  );
  register.single(
    TOKENS.sharing,
    [TOKENS.checkouts, TOKENS.configs, TOKENS.stateFiles],
    async (registry, configs, files) => {
      const { SharingPolicy } = await import('../delivery/sharing-policy.js');
      return new SharingPolicy(registry, configs, files);
    },
  );
  register.single(
    TOKENS.signIn,
    [TOKENS.credentials, TOKENS.tokenIssuer, TOKENS.wallClock, TOKENS.hubIdentities, TOKENS.batchTransport],
    async (store, issuer, clock, hubs, transport) => {
      const { SignIn } = await import('../delivery/sign-in.js');
      return new SignIn(store, issuer, clock, hubs, transport);
    },
  );
  register.single(TOKENS.signOut, [TOKENS.credentials, TOKENS.tokenIssuer], async (store, issuer) => {
    const { SignOut } = await import('../delivery/sign-out.js');
    return new SignOut(store, issuer);
  });
  register.single(TOKENS.backlogConsent, [TOKENS.outboxes, TOKENS.checkouts], async (outboxes, registry) => {
    const { BacklogConsent } = await import('../delivery/backlog-consent.js');
    return new BacklogConsent(outboxes, registry);
  });
  register.single(TOKENS.liftRefusals, [TOKENS.outboxes], async (outboxes) => {
    const { LiftRefusals } = await import('../delivery/lift-refusals.js');
    return new LiftRefusals(outboxes);
  });
  register.single(
    TOKENS.setSharing,
    [TOKENS.checkouts, TOKENS.outboxes, TOKENS.accountStatus],
    async (registry, outboxes, accountStatus) => {
      const { SetSharing } = await import('../delivery/set-sharing.js');
      return new SetSharing(registry, outboxes, () => signedInAccount(accountStatus));
    },
  );
  register.single(TOKENS.importQueue, [TOKENS.outboxes, TOKENS.settings], async (outboxes, settings) => {
    const [{ SqliteQueue }, { ImportQueue }] = await Promise.all([
      import('../../adapters/outbox/sqlite-queue.js'),
      import('../outbox/import-queue.js'),
    ]);
    return new ImportQueue(new SqliteQueue(), outboxes, async () => captureLimits(await settings.read()));
  });
  register.single(TOKENS.importEvents, [TOKENS.outboxes, TOKENS.settings], async (outboxes, settings) => {
    const { ImportEvents } = await import('../outbox/import-events.js');
    return new ImportEvents(outboxes, async () => captureLimits(await settings.read()));
  });
  register.single(TOKENS.exportEvents, [], async () => {
    const { ExportEvents } = await import('../reports/export-events.js');
    return new ExportEvents();
  });
  register.single(TOKENS.listEvents, [], async () => {
    const { ListEvents } = await import('../reports/list-events.js');
    return new ListEvents();
  });
  register.single(
    TOKENS.leftOvers,
    [TOKENS.checkouts, TOKENS.repository, TOKENS.resolveLeftOver],
    async (registry, repository, resolve) => {
      const { LeftOvers } = await import('../work/left-overs.js');
      return new LeftOvers(registry, repository, resolve);
    },
  );
  register.single(
    TOKENS.liveLink,
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
      return new LiveLink({ transport, issuer, tokens, clock, timer, randomness });
    },
  );
  register.single(
    TOKENS.deliveryRoute,
    [TOKENS.batchTransport, TOKENS.accessTokens, TOKENS.settings, TOKENS.timer, TOKENS.wallClock],
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
    TOKENS.flushHost,
    [
      TOKENS.outboxes,
      TOKENS.sharing,
      TOKENS.lamport,
      TOKENS.wallClock,
      TOKENS.randomness,
      TOKENS.timer,
      TOKENS.leftOvers,
      TOKENS.settings,
    ],
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
  register.single(TOKENS.flush, [TOKENS.flushHost, TOKENS.deliveryRoute], async (host, route) => {
    const { Flush } = await import('../delivery/flush.js');
    return new Flush({ ...host, route: (signal) => route.find(signal) });
  });
  register.single(
    TOKENS.backgroundSync,
    [
      TOKENS.flushHost,
      TOKENS.deliveryRoute,
      TOKENS.liveLink,
      TOKENS.timer,
      TOKENS.wallClock,
      TOKENS.randomness,
    ],
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
