import { messageOf, unreachable } from '../../domain/errors.js';
import { LOCAL_TEAM } from '../../domain/events/envelope.js';
import { DEFAULT_SETTINGS } from '../../domain/events/settings.js';
import { isSameHub } from '../../domain/outbox/account.js';
import type { Account } from '../../domain/outbox/account.js';
import type { BackgroundPost } from '../../ports/delivery.js';
import type { LamportStore, CheckoutRegistry, SettingsStore, SettingsReading } from '../../ports/events.js';
import type { StateFiles, StateFilesReading } from '../../ports/outbox.js';
import type { GetAccountStatus } from '../delivery/account-status.js';
import { heldElsewhere } from '../delivery/held-elsewhere.js';
import type { HubIdentities } from '../delivery/hub-identities.js';
import type { ImportQueue } from '../outbox/import-events.js';
import { readBackground } from './background-reading.js';
import type { CheckConnection } from './check-connection.js';
import { inOrder } from './finding.js';
import type { Finding, Fix } from './finding.js';
import { judgeCheckouts } from './judge-checkouts.js';
import type { CheckoutPorts } from './judge-checkouts.js';
import { judgeAccount, judgeBackground, judgeClaim, judgeConnection, judgeFormer } from './judge-delivery.js';
import type { FormerHub } from './judge-delivery.js';
import { judgeClock, judgeOutboxes } from './judge-outboxes.js';
import { recountOutbox } from './recount-outbox.js';
import type { Recount } from './recount-outbox.js';
import { ofEveryOutbox, type ReportNeeds } from './project-status.js';

export interface Examination {
  readonly files: StateFilesReading;
  /** The most urgent first. */
  readonly findings: readonly Finding[];
  readonly recounts: readonly Recount[];
  /** What was done, in words; empty unless it was asked for. */
  readonly fixed: readonly string[];
}

interface ExaminationPorts extends CheckoutPorts, ReportNeeds {
  readonly stateFiles: StateFiles;
  readonly checkouts: CheckoutRegistry;
  readonly settings: SettingsStore;
  readonly lamport: Pick<LamportStore, 'read'>;
  readonly backgroundPost: Pick<BackgroundPost, 'heartbeat' | 'isOccupied'>;
  readonly getAccountStatus: Pick<GetAccountStatus, 'run'>;
  readonly checkConnection: Pick<CheckConnection, 'run'>;
  readonly importQueue: Pick<ImportQueue, 'left'>;
  readonly hubIdentities: Pick<HubIdentities, 'placesOf'>;
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
    const {
      checkouts: registry,
      settings,
      lamport,
      wallClock: clock,
      backgroundPost: background,
      getAccountStatus: account,
      checkConnection: connection,
      version,
    } = this.#ports;
    const nowMs = clock.nowMs();
    const files = await this.#ports.stateFiles.read(nowMs);
    const [set, checkouts, recounts, status] = await Promise.all([
      settings.read(),
      registry.list(),
      ofEveryOutbox(this.#ports, recountOutbox),
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
      const left = await this.#ports.importQueue.left(root);
      return left === 0
        ? []
        : [olderQueue(`${left} events of an older client wait in its queue in ${root}.`)];
    } catch (error) {
      return [olderQueue(messageOf(error))];
    }
  }

  async #judgeHubs(account: Account): Promise<readonly Finding[]> {
    const { outboxes, hubIdentities: hubs } = this.#ports;
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

  async #apply(fix: Fix): Promise<readonly string[]> {
    const { stateFiles: files, checkouts: registry, outboxes } = this.#ports;
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

/** What is wrong with the state root as files, and with the disk that it lies on. */
export const judgeFiles = (files: StateFilesReading): readonly Finding[] => {
  const { root, loose, stale, inaccessible, busyLocks, freeBytes, networkFileSystem } = files;
  const findings: Finding[] = [];
  if (inaccessible.length > 0) {
    findings.push({
      check: 'files',
      severity: 'problem',
      message: `${shown(inaccessible)} in ${root} cannot be read or written by you.`,
      remedy:
        'Give yourself the rights to these files; who has run the program as another user owns them now.',
    });
  }
  if (loose.length > 0) {
    findings.push({
      check: 'files',
      severity: 'problem',
      message: `Others on this machine may read ${shown(loose)} in ${root}.`,
      remedy: 'spec-kitty sync doctor --fix',
      fix: { fix: 'secure-files', paths: loose },
    });
  }
  if (freeBytes !== undefined && freeBytes < LITTLE_BYTES) {
    findings.push({
      check: 'disk',
      severity: freeBytes < HARDLY_ANY_BYTES ? 'problem' : 'warning',
      message: `${Math.floor(freeBytes / MEBIBYTE)} MiB are free where ${root} lies.`,
      remedy: 'Make room on that disk: events that cannot be written are refused.',
    });
  }
  if (networkFileSystem !== undefined) {
    findings.push({
      check: 'disk',
      severity: 'warning',
      message: `${root} lies on a network file system (${networkFileSystem}), where locks are less reliable.`,
      remedy: 'Set SPEC_KITTY_HOME to a directory on a local disk.',
    });
  }
  if (stale.length > 0) {
    findings.push({
      check: 'files',
      severity: 'note',
      message: `${stale.length} temporary files were left by processes that died.`,
      remedy: 'spec-kitty sync doctor --fix',
      fix: { fix: 'remove-stale-files', paths: stale },
    });
  }
  for (const lock of busyLocks) {
    findings.push({
      check: 'locks',
      severity: 'note',
      message: `A process holds ${lock}: ${holderOf(lock)}.`,
      remedy: 'Nothing has to be done; the lock goes with its process.',
    });
  }
  return findings;
};

const judgeSettings = ({ issues }: SettingsReading): readonly Finding[] =>
  issues.map(({ path, reason }) => ({
    check: 'settings',
    severity: 'warning',
    message: `config.toml: ${path === '' ? '' : `${path} `}${reason}.`,
    remedy: 'Correct or remove that line of config.toml; until then its default holds.',
  }));

const MEBIBYTE = 1024 * 1024;
const LITTLE_BYTES = 200 * MEBIBYTE;
const HARDLY_ANY_BYTES = 10 * MEBIBYTE;

const holderOf = (lock: string): string => {
  if (lock === 'locks/background') return 'the background process';
  return lock.startsWith('locks/sender-') ? 'somebody is delivering that project' : 'somebody is at work';
};

const SHOWN = 3;

const shown = (paths: readonly string[]): string => {
  const named = paths.slice(0, SHOWN).map((path) => (path === '' ? 'everything' : path));
  return paths.length > SHOWN ? `${named.join(', ')} and ${paths.length - SHOWN} more` : named.join(', ');
};
