import { messageOf, isSyncError, unreachable } from '../../domain/errors.js';
import { LOCAL_TEAM } from '../../domain/events/envelope.js';
import { readProjectConfig } from '../../domain/events/project-config.js';
import { DEFAULT_SETTINGS } from '../../domain/events/settings.js';
import { isSameHub, type Account } from '../../domain/outbox/account.js';
import type { ClientPorts } from '../../ports/client.js';
import type { CheckoutMemory } from '../../ports/events.js';
import type { StateFilesReading } from '../../ports/outbox.js';
import type { GetAccountStatus } from '../delivery/account-status.js';
import { readBackground } from '../delivery/background-reading.js';
import { heldElsewhere } from '../delivery/move-events.js';
import type { HubIdentities } from '../delivery/hub-identities.js';
import type { ImportQueue } from '../outbox/import-events.js';
import { UseCase } from '../use-case.js';
import type { CheckConnection } from './check-connection.js';
import { ofEveryOutbox, type ReportNeeds } from './examine-outbox.js';
import { FIX_IT, inOrder, note, problem, warning, type Finding, type Fix, type Judged } from './finding.js';
import * as judge from './judge-machine.js';
import { recountOutbox, type Recount } from './recount-outbox.js';

export interface Examination {
  readonly files: StateFilesReading;
  /** The most urgent first. */
  readonly findings: readonly Finding[];
  readonly recounts: readonly Recount[];
  /** What was done, in words; empty unless it was asked for. */
  readonly fixed: readonly string[];
}

interface ExaminationPorts
  extends
    CheckoutPorts,
    ReportNeeds,
    Pick<ClientPorts, 'checkouts' | 'settings' | 'lamport' | 'backgroundPost'> {
  readonly getAccountStatus: Pick<GetAccountStatus, 'run'>;
  readonly checkConnection: Pick<CheckConnection, 'run'>;
  readonly importQueue: Pick<ImportQueue, 'left'>;
  readonly hubIdentities: Pick<HubIdentities, 'placesOf'>;
  readonly version: string;
}

/** Looks at everything that delivery depends on, recounts what was captured, and says what to do about what it finds. */
export class ExamineMachine extends UseCase<ExaminationPorts> {
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
    const { settings, checkouts, getAccountStatus, lamport, stateFiles, version } = this.ports;
    const nowMs = this.ports.wallClock.nowMs();
    const files = await stateFiles.read(nowMs);
    const [set, seen, recounts, status] = await Promise.all([
      settings.read(),
      checkouts.list(),
      ofEveryOutbox(this.ports, recountOutbox),
      getAccountStatus.run(),
    ]);
    const maxQueueSize = set.maxQueueSize ?? DEFAULT_SETTINGS.maxQueueSize;
    // A clock that is asked for is made: a machine that captured nothing stays as it is.
    const clock = files.exists ? await lamport.read() : undefined;
    const findings = inOrder([
      ['files', judge.judgeFiles(files)],
      ['disk', judge.judgeDisk(files)],
      ['locks', judge.judgeLocks(files)],
      ['outboxes', await this.#judgeOlderQueues(files.root)],
      ['outboxes', recounts.flatMap((recount) => [...judge.judgeOutbox(recount, maxQueueSize)])],
      ['clock', judge.judgeClock(clock, recounts, nowMs)],
      ['settings', judge.judgeSettings(set)],
      ['checkouts', await judgeCheckouts(seen, this.ports)],
      ['account', judge.judgeAccount(status)],
      ['hub', judge.judgeConnection(await this.ports.checkConnection.run(signal))],
      ['hub', status.state === 'signed-in' ? await this.#judgeHubs(status.account) : []],
      ['background', judge.judgeBackground(await readBackground(this.ports.backgroundPost, nowMs), version)],
    ]);
    return { files, findings, recounts, fixed: [] };
  }

  async #judgeOlderQueues(root: string): Promise<readonly Judged[]> {
    const said = await this.ports.importQueue
      .left(root)
      .then(
        (left) => (left === 0 ? '' : `${left} events of an older client wait in its queue in ${root}.`),
        messageOf,
      );
    return said === '' ? [] : [warning(said, 'spec-kitty events import --from-queue-db ~/.spec-kitty')];
  }

  async #judgeHubs(account: Account): Promise<readonly Judged[]> {
    const { outboxes, hubIdentities: hubs } = this.ports;
    const counts = new Map<string, number>();
    for (const project of await outboxes.list()) {
      if (project === undefined || account.team === LOCAL_TEAM) continue;
      for (const { owner, held } of await heldElsewhere(outboxes.open(project), account)) {
        if (isSameHub(owner.hub, account.hub) || held.length === 0) continue;
        const name = (await hubs.placesOf(owner.hub))[0] ?? owner.hub;
        counts.set(name, (counts.get(name) ?? 0) + held.length);
      }
    }
    const places = account.hub.claims === undefined ? [] : await hubs.placesOf(account.hub.claims);
    const former = [...counts].map(([name, events]) => judge.judgeFormer(name, events, account.hub));
    return [...judge.judgeClaim(account.hub, places), ...former];
  }

  async #apply(fix: Fix): Promise<readonly string[]> {
    const { stateFiles: files, checkouts: registry, outboxes } = this.ports;
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

type CheckoutPorts = Pick<ClientPorts, 'configs' | 'stateFiles' | 'repository' | 'intents'>;

/** What is wrong with the checkouts that were seen on this machine. */
const judgeCheckouts = async (
  checkouts: readonly CheckoutMemory[],
  ports: CheckoutPorts,
): Promise<readonly Judged[]> => {
  const areGone = await Promise.all(checkouts.map(({ path }) => ports.stateFiles.isGone(path)));
  const present = checkouts.filter((_, at) => areGone[at] === false);
  const findings: Judged[] = [];
  for (const checkout of checkouts) {
    const { path, projectUuid } = checkout;
    const own = present.filter((each) => projectUuid !== undefined && each.projectUuid === projectUuid);
    const hasSibling = own.some((each) => each.path !== path);
    if (!present.includes(checkout)) {
      findings.push(gone(checkout, hasSibling));
      continue;
    }
    const reading = await ports.configs.read(path);
    if (readProjectConfig(reading).share === false)
      findings.push(
        (hasSibling ? warning : note)(
          `sync.share is false in ${path}, which keeps the events of the whole project on this machine.`,
          'If that is not meant, correct .kittify/config.yaml there, or do without that checkout.',
        ),
      );
    if (reading.state === 'unreadable') {
      const why = reading.issues.slice(0, 1).map(({ reason }) => `: ${reason}`);
      findings.push(
        problem(
          `The config of ${path} cannot be understood${why.join('')}. Its events are held.`,
          'Correct .kittify/config.yaml there, or have it written anew: spec-kitty init --repair',
        ),
      );
    }
    if (await hasLeftOver(path, ports))
      findings.push(
        warning(
          `A command in ${path} was cut short.`,
          'Its work is completed or withdrawn by: spec-kitty sync now',
        ),
      );
  }
  return findings;
};

/** A refusal that was heard there holds for the whole project, until another checkout speaks for that. */
const gone = ({ path, share, configReadable }: CheckoutMemory, hasSibling: boolean): Judged => {
  const holdsBack = !hasSibling && (share === false || configReadable === false);
  if (!holdsBack) return note(`${path} is gone.`, FIX_IT, { fix: 'forget-checkout', path });
  return note(
    `${path} is gone; as its config was last, it keeps the project's events on this machine.`,
    'Make that checkout again with a config that shares, if the events may leave.',
  );
};

/** Whether an intent stands there and nobody is at work. */
const hasLeftOver = async (path: string, { repository, intents }: CheckoutPorts): Promise<boolean> => {
  try {
    const checkout = await repository.locate(path);
    if (checkout === undefined) return false;
    const read = await repository.tryExclusive(checkout, (held) => intents.read(held));
    return read !== 'busy' && read.value !== 'none';
  } catch (error) {
    if (!isSyncError(error)) throw error;
    return false;
  }
};
