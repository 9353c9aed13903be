import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { GotTokenIssuer } from '../../src/adapters/delivery/got-token-issuer.js';
import { TomlCredentialStore } from '../../src/adapters/delivery/toml-credential-store.js';
import { JsonLamportStore } from '../../src/adapters/events/json-lamport-store.js';
import { StateRoot } from '../../src/adapters/fs/state-root.js';
import { ControlledTime } from '../../src/adapters/memory/memory-host.js';
import { GotBatchTransport } from '../../src/adapters/delivery/got-batch-transport.js';
import { WsLiveTransport } from '../../src/adapters/delivery/ws-live-transport.js';
import { DeliveryRoute } from '../../src/app/delivery/courier.js';
import { Flush, type FlushReport } from '../../src/app/delivery/flush.js';
import { LiveLink } from '../../src/app/delivery/live-link.js';
import { projectStatus, type ProjectStatus } from '../../src/app/reports/examine-outbox.js';
import { AccessTokens } from '../../src/app/delivery/access-token.js';
import { SignIn } from '../../src/app/delivery/sign-in.js';
import { hubKey, type Account } from '../../src/domain/outbox/account.js';
import type { Outbox, OutboxReading } from '../../src/ports/outbox.js';
import type { Timer } from '../../src/ports/host.js';
import type { ChaosHub } from '../support/chaos-hub.js';
import { fact, PROJECT } from '../support/facts.js';
import { lamportFileOf, outboxesOf } from '../support/outboxes.js';
import type { Dice } from './dice.js';

/** The real client on a real disk, with time-outs and waits a hundredth of the usual ones. */
export class ChaosWorld {
  readonly captured: string[] = [];
  readonly time = new ControlledTime();
  readonly #directory = mkdtempSync(join(tmpdir(), 'chaos-'));
  readonly #batches: GotBatchTransport;
  readonly #issuer: GotTokenIssuer;
  readonly #live: WsLiveTransport;
  readonly #tokens: AccessTokens;
  readonly #outbox: Outbox;
  readonly #flush: Flush;
  readonly #link: LiveLink;
  #linked: { readonly controller: AbortController; readonly ended: Promise<void> } | undefined;
  #account: Account | undefined;

  constructor(hub: ChaosHub, dice: Dice) {
    const root = new StateRoot(this.#directory);
    const version = 'chaos';
    this.#batches = new GotBatchTransport({ version, clock: this.time, timeouts: TIMEOUTS });
    this.#issuer = new GotTokenIssuer({ version, timeouts: TIMEOUTS });
    this.#live = new WsLiveTransport({
      version,
      timer: quickTimer,
      limits: { upgradeMs: 30_000, silenceMs: 60_000 },
    });
    const credentials = new TomlCredentialStore(root);
    this.#tokens = new AccessTokens({
      credentials,
      tokenIssuer: this.#issuer,
      wallClock: this.time,
      signInEnvironment: {},
    });
    this.#signIn = () =>
      new SignIn({ credentials, tokenIssuer: this.#issuer, wallClock: this.time, timer: this.time }).run(
        { serverUrl: hub.hub.url, proof: { with: 'password', username: 'ada', password: 'correct horse' } },
        async () => true,
      );
    const clock = new JsonLamportStore(lamportFileOf(this.#directory), join(this.#directory, 'lock'));
    const outboxes = outboxesOf(this.#directory);
    this.#outbox = outboxes.open(PROJECT);
    const randomness = { next: () => dice.next(), uuid: () => '' };
    this.#link = new LiveLink({
      ...{ liveTransport: this.#live, tokenIssuer: this.#issuer, accessTokens: this.#tokens },
      ...{ lamport: clock, timer: quickTimer, randomness },
    });
    const route = new DeliveryRoute({ batchTransport: this.#batches, accessTokens: this.#tokens });
    this.#flush = new Flush({
      ...{ outboxes, lamport: clock, randomness, wallClock: this.time, timer: quickTimer },
      sharing: { of: async () => 'on' },
      route: (signal) => route.find(signal, this.#link),
      retainMs: async () => 7 * 24 * 60 * 60 * 1000,
      resolveLeftOvers: async () => undefined,
    });
  }

  readonly #signIn: () => Promise<{ readonly account: Account }>;

  async signIn(): Promise<void> {
    this.#account = (await this.#signIn()).account;
  }

  /** Captures so many events, of the account or, now and then, of nobody yet. */
  async capture(count: number, isLocal: boolean): Promise<void> {
    const account = this.#account!;
    const whose = isLocal ? {} : { hub: hubKey(account.hub), team: account.team };
    const facts = Array.from({ length: count }, (_, index) => fact(this.captured.length + index + 1, whose));
    const outcomes = await this.#outbox.capture(facts, { maxWaiting: 100_000 });
    for (const outcome of outcomes) {
      if (outcome.outcome !== 'captured') throw new Error(`not captured: ${JSON.stringify(outcome)}`);
      this.captured.push(outcome.event.event_id);
    }
  }

  flush(isInsisted = false): Promise<FlushReport> {
    return this.#flush.run({ isInsisted });
  }

  /** Begins to keep a live connection; does nothing when it does already. */
  link(): void {
    const controller = new AbortController();
    this.#linked ??= { controller, ended: this.#link.run(() => undefined, controller.signal) };
  }

  async unlink(): Promise<void> {
    this.#linked?.controller.abort();
    await this.#linked?.ended;
    this.#linked = undefined;
  }

  get isConnected(): boolean {
    return this.#link.status === 'Connected';
  }

  status(): Promise<ProjectStatus> {
    return projectStatus(this.#outbox, { account: this.#account, sharing: 'on', nowMs: this.time.nowMs() });
  }

  reading(): Promise<OutboxReading> {
    return this.#outbox.reading();
  }

  async close(): Promise<void> {
    await this.unlink();
    await Promise.all([this.#batches.close(), this.#issuer.close(), this.#live.close()]);
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

const TIMEOUTS = { connectMs: 250, firstByteMs: 80, wholeMs: 250 };

/** Real waiting, a hundred times as fast: what matters is the order of things, not their length. */
const quickTimer: Timer = {
  sleep: (ms, signal) =>
    delay(ms / 100, undefined, { ...(signal && { signal }), ref: false }).catch(() => undefined),
};
