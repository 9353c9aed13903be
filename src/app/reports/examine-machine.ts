import { isSameHub, type Account } from '../../domain/outbox/account.js';
import { LOCAL_TEAM } from '../../domain/events/envelope.js';
import { DEFAULT_SETTINGS } from '../../domain/events/settings.js';
import { messageOf, unreachable } from '../../domain/errors.js';
import type { BackgroundPost } from '../../ports/delivery.js';
import type { LamportStore, CheckoutRegistry, SettingsStore } from '../../ports/events.js';
import type { WallClock } from '../../ports/host.js';
import type { Outboxes, StateFiles, StateFilesReading } from '../../ports/outbox.js';
import { readBackground } from './background-reading.js';
import { heldElsewhere } from '../delivery/held-elsewhere.js';
import { recountOutbox, type Recount } from './recount-outbox.js';
import type { SharingPolicy } from '../delivery/sharing-policy.js';
import type { GetAccountStatus } from '../delivery/account-status.js';
import type { ImportQueue } from '../outbox/import-queue.js';
import type { HubIdentities } from '../delivery/hub-identities.js';
import type { CheckConnection } from './check-connection.js';
import { inOrder, type Finding, type Fix } from './finding.js';
import {
  judgeAccount,
  judgeBackground,
  judgeClaim,
  judgeConnection,
  judgeFormer,
  type FormerHub,
} from './judge-delivery.js';
import { judgeCheckouts, type CheckoutPorts } from './judge-checkouts.js';
import { judgeFiles, judgeSettings } from './judge-files.js';
import { judgeClock, judgeOutboxes } from './judge-outboxes.js';

export interface Examination {
  readonly files: StateFilesReading;
  /** The most urgent first. */
  readonly findings: readonly Finding[];
  readonly recounts: readonly Recount[];
  /** What was done, in words; empty unless it was asked for. */
  readonly fixed: readonly string[];
}

export interface ExaminationPorts extends CheckoutPorts {
  readonly files: StateFiles;
  readonly outboxes: Outboxes;
  readonly registry: CheckoutRegistry;
  readonly sharing: Pick<SharingPolicy, 'of'>;
  readonly settings: SettingsStore;
  readonly lamport: Pick<LamportStore, 'read'>;
  readonly clock: WallClock;
  readonly background: Pick<BackgroundPost, 'heartbeat' | 'isOccupied'>;
  readonly account: Pick<GetAccountStatus, 'run'>;
  readonly connection: Pick<CheckConnection, 'run'>;
  readonly olderQueues: Pick<ImportQueue, 'left'>;
  readonly hubs: Pick<HubIdentities, 'placesOf'>;
  readonly version: string;
}

/** Looks at everything that delivery depends on, recounts what was captured, and says what to do about what it finds. */
export class ExamineMachine {
  readonly #ports: ExaminationPorts;

  constructor(ports: ExaminationPorts) {
    this.#ports = ports;
  }

  /** `fix`: does first what loses nothing; what is told is how it stands afterwards. */
  async run(options: { readonly fix: boolean }, signal?: AbortSignal): Promise<Examination> {
    const examination = await this.#examine(signal);
    const fixes = examination.findings.flatMap(({ fix }) => fix ?? []);
    if (!options.fix || fixes.length === 0) return examination;
    const fixed: string[] = [];
    for (const fix of fixes) fixed.push(...(await this.#apply(fix)));
    return { ...(await this.#examine(signal)), fixed };
  }

  async #examine(signal: AbortSignal | undefined): Promise<Examination> {
    const { registry, settings, lamport, clock, background, account, connection, version } = this.#ports;
    const nowMs = clock.nowMs();
    const files = await this.#ports.files.read(nowMs);
    const [set, checkouts, recounts, status] = await Promise.all([
      settings.read(),
      registry.list(),
      this.#recount(nowMs),
      account.run(),
    ]);
    // A clock that is asked for is made: a machine that captured nothing stays as it is.
    const reading = files.exists ? await lamport.read() : undefined;
    const findings = [
      ...judgeFiles(files),
      ...(await this.#judgeOlderQueues(files.root)),
      ...judgeOutboxes(recounts, set.maxQueueSize ?? DEFAULT_SETTINGS.maxQueueSize),
      ...judgeClock(reading, recounts, nowMs),
      ...judgeSettings(set),
      ...(await judgeCheckouts(checkouts, this.#ports)),
      ...judgeAccount(status),
      ...judgeConnection(await connection.run(signal)),
      ...(status.state === 'signed-in' ? await this.#judgeHubs(status.account) : []),
      ...judgeBackground(await readBackground(background, nowMs), version),
    ];
    return { files, findings: inOrder(findings), recounts, fixed: [] };
  }

  async #judgeOlderQueues(root: string): Promise<readonly Finding[]> {
    try {
      const left = await this.#ports.olderQueues.left(root);
      return left === 0
        ? []
        : [olderQueue(`${left} events of an older client wait in its queue in ${root}.`)];
    } catch (error) {
      return [olderQueue(messageOf(error))];
    }
  }

  async #judgeHubs(account: Account): Promise<readonly Finding[]> {
    const { outboxes, hubs } = this.#ports;
    const counts = new Map<string, number>();
    for (const project of await outboxes.list()) {
      if (project === undefined || account.team === LOCAL_TEAM) continue;
      for (const { owner, held } of await heldElsewhere(outboxes.open(project), account)) {
        if (isSameHub(owner.hub, account.hub) || held.length === 0) continue;
        const name = (await hubs.placesOf(owner.hub))[0] ?? owner.hub;
        counts.set(name, (counts.get(name) ?? 0) + held.length);
      }
    }
    const former = [...counts].map(([name, events]): FormerHub => ({ name, events }));
    const places = account.hub.claims === undefined ? [] : await hubs.placesOf(account.hub.claims);
    return [...judgeClaim(account.hub, places), ...judgeFormer(former, account.hub)];
  }

  async #recount(nowMs: number): Promise<readonly Recount[]> {
    const { outboxes, sharing, account } = this.#ports;
    const status = await account.run();
    const signedIn = status.state === 'signed-in' ? status.account : undefined;
    const keys = await outboxes.list();
    return Promise.all(
      keys.map(async (key) =>
        recountOutbox(outboxes.open(key), {
          account: signedIn,
          sharing: key === undefined ? 'on' : await sharing.of(key),
          nowMs,
        }),
      ),
    );
  }

  async #apply(fix: Fix): Promise<readonly string[]> {
    const { files, registry, outboxes } = this.#ports;
    switch (fix.fix) {
      case 'secure-files': {
        const count = await files.secure(fix.paths);
        return count === 0 ? [] : [`made ${count} files private`];
      }
      case 'remove-stale-files': {
        const count = await files.remove(fix.paths);
        return count === 0 ? [] : [`removed ${count} temporary files`];
      }
      case 'forget-checkout':
        await registry.forget(fix.path);
        return [`forgot ${fix.path}`];
      case 'seal-waiting': {
        // Every pass begins by sealing what waits; one that sends nothing needs neither hub nor sign-in.
        const passed = await outboxes.open(fix.projectUuid).pass(async () => undefined);
        return passed === 'busy' ? [] : ['added what waited to the journal'];
      }
      default:
        return unreachable(fix);
    }
  }
}

const olderQueue = (message: string): Finding => ({
  check: 'outboxes',
  severity: 'warning',
  message,
  remedy: 'spec-kitty events import --from-queue-db ~/.spec-kitty',
});
