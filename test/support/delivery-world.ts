import { ControlledTime, SeededRandomness } from '../../src/adapters/memory/memory-host.js';
import {
  MemoryBatchTransport,
  MemoryLiveTransport,
  MemoryTokenIssuer,
} from '../../src/adapters/memory/memory-transports.js';
import { MemoryConfigStore, MemoryCredentialStore } from '../../src/adapters/memory/memory-stores.js';
import {
  type MemoryHub,
  type MemoryHubOptions,
  MemoryNetwork,
} from '../../src/adapters/memory/memory-hub.js';
import { MemoryLamportStore, MemoryOutboxes } from '../../src/adapters/memory/memory-outbox.js';
import { DeliveryRoute } from '../../src/app/delivery/courier.js';
import { Flush, type FlushHost, type FlushReport } from '../../src/app/delivery/flush.js';
import { LiveLink, type LiveListeners } from '../../src/app/delivery/live-link.js';
import { projectStatus, type ProjectStatus } from '../../src/app/reports/examine-outbox.js';
import { SharingPolicy } from '../../src/app/delivery/sharing.js';
import { AccessTokens } from '../../src/app/delivery/access-token.js';
import { GetAccountStatus } from '../../src/app/delivery/account-status.js';
import { SignIn } from '../../src/app/delivery/sign-in.js';
import { hubKey, type Account } from '../../src/domain/outbox/account.js';
import { isBalanced } from '../../src/domain/outbox/accounting.js';
import { collect, fact, PROJECT } from './facts.js';
import { MemoryCheckoutRegistry } from './memory-checkout-registry.js';

export const HUB_URL = 'https://hub.example.org';
export const CHECKOUT = '/work/demo';

/** Everything from outboxes to hubs, in memory, as one machine sees it. */
export class DeliveryWorld {
  readonly time = new ControlledTime();
  readonly network = new MemoryNetwork();
  readonly clock = new MemoryLamportStore('aaaaaaaaaaaa');
  readonly outboxes = new MemoryOutboxes(this.clock);
  readonly registry = new MemoryCheckoutRegistry();
  readonly configs = new MemoryConfigStore();
  readonly credentials = new MemoryCredentialStore();
  readonly randomness = new SeededRandomness();
  readonly issuer = new MemoryTokenIssuer(this.network);
  readonly tokens = new AccessTokens({
    credentials: this.credentials,
    tokenIssuer: this.issuer,
    wallClock: this.time,
    signInEnvironment: {},
  });
  readonly batches = new MemoryBatchTransport(this.network);
  readonly sharing = new SharingPolicy({ checkouts: this.registry, configs: this.configs });
  readonly route = new DeliveryRoute({ batchTransport: this.batches, accessTokens: this.tokens });
  readonly hub: MemoryHub;
  readonly leftOversResolvedFor: string[] = [];
  #captured = 0;

  constructor(options: Partial<MemoryHubOptions> = {}) {
    this.hub = this.addHub({ url: HUB_URL, ...options });
  }

  /** A hub with the users ada of acme and bob of birch. */
  addHub(options: MemoryHubOptions): MemoryHub {
    const hub = this.network.addHub(options);
    hub.signIns.addUser('ada', 'secret', 'acme');
    hub.signIns.addUser('bob', 'secret', 'birch');
    return hub;
  }

  async signIn(username = 'ada', hub = this.hub): Promise<Account> {
    const signIn = new SignIn({
      credentials: this.credentials,
      tokenIssuer: this.issuer,
      wallClock: this.time,
      timer: this.time,
    });
    const proof = { with: 'password' as const, username, password: 'secret' };
    return (await signIn.run({ serverUrl: hub.url, proof }, async () => true)).account;
  }

  async signOut(): Promise<void> {
    await this.credentials.update(async () => 'forget');
  }

  /** Captures so many events, for an account or as `local`; returns their ids. */
  async capture(count: number, account?: Account, project: string | undefined = PROJECT): Promise<string[]> {
    const whose = account === undefined ? {} : { hub: hubKey(account.hub), team: account.team };
    const facts = Array.from({ length: count }, () => fact((this.#captured += 1), whose));
    await this.outboxes.open(project).capture(facts, { maxWaiting: 1_000_000 });
    return facts.map(({ event }) => event.event_id);
  }

  flushHost(changes: Partial<FlushHost> = {}): FlushHost {
    return {
      outboxes: this.outboxes,
      sharing: this.sharing,
      lamport: this.clock,
      wallClock: this.time,
      randomness: this.randomness,
      timer: this.time,
      route: (signal) => this.route.find(signal),
      retainMs: async () => 7 * 24 * 60 * 60 * 1000,
      resolveLeftOvers: async (project) => void this.leftOversResolvedFor.push(project),
      ...changes,
    };
  }

  async flush(isInsisted = false, signal?: AbortSignal): Promise<FlushReport> {
    const report = await new Flush(this.flushHost()).run({ isInsisted }, signal);
    await this.expectBalanced();
    return report;
  }

  link(listeners?: LiveListeners): LiveLink {
    return new LiveLink(
      {
        liveTransport: new MemoryLiveTransport(this.network),
        tokenIssuer: this.issuer,
        accessTokens: this.tokens,
        lamport: this.clock,
        timer: this.time,
        randomness: this.randomness,
      },
      listeners,
    );
  }

  async account(): Promise<Account | undefined> {
    return new GetAccountStatus({
      credentials: this.credentials,
      wallClock: this.time,
      signInEnvironment: {},
    }).account();
  }

  async status(): Promise<ProjectStatus> {
    return this.statusOf(PROJECT);
  }

  async statusOf(project: string | undefined): Promise<ProjectStatus> {
    return projectStatus(this.outboxes.open(project), {
      account: await this.account(),
      sharing: project === undefined ? 'on' : await this.sharing.of(project),
      nowMs: this.time.nowMs(),
    });
  }

  /** Every captured event is accounted for in every outbox, and the count is that of the records. */
  async expectBalanced(): Promise<void> {
    for (const project of await this.outboxes.list()) {
      const { accounting } = await this.statusOf(project);
      expect({ accounting, balanced: isBalanced(accounting) }).toMatchObject({ balanced: true });
      expect(accounting.captured).toBe((await collect(this.outboxes.open(project).records())).length);
    }
  }

  /** Lets everything run that is ready. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await this.time.advance(0);
  }
}
