import { CONTRACT_LIMITS } from '../../domain/delivery/batch-plan.js';
import { isSyncError } from '../../domain/errors.js';
import type { ClientPorts } from '../../ports/client.js';
import { UseCase } from '../use-case.js';
import type { Route } from './courier.js';
import { type LearntLimits, runPass } from './pass.js';
import type { HubReceipts } from './hub-receipts.js';
import type { MachineReports } from './machine-reports.js';
import { addCounts, NOTHING_PASSED, type PassCounts, type PassEnd, type PassReport } from './pass-report.js';
import type { SharingPolicy } from './sharing.js';

export interface FlushHost extends Pick<
  ClientPorts,
  'outboxes' | 'lamport' | 'wallClock' | 'randomness' | 'timer'
> {
  readonly sharing: Pick<SharingPolicy, 'of'>;
  /** Who is signed in, and how to reach that hub, for a person who waits or for nobody; else why nothing can be sent. */
  route(signal: AbortSignal | undefined, isInsisted: boolean): Promise<Route | PassEnd>;
  /** What a hub says of its log; without it no hub is known to have been restored. */
  readonly hubReceipts?: Pick<HubReceipts, 'historyOf' | 'idsAtHub'>;
  /** Tells the hub what waits here; without it no hub hears of that. */
  readonly reports?: Pick<MachineReports, 'changed' | 'tell'>;
  /** For how long settled segments stay readable, in milliseconds. */
  retainMs(): Promise<number>;
  /** Brings what dead commands left over in the checkouts of a project to an end, where nobody works. */
  resolveLeftOvers(projectUuid: string): Promise<void>;
}

export interface FlushInput {
  /** A person asks for delivery now: what is due later is sent too. */
  readonly isInsisted: boolean;
  readonly onProgress?: (counts: PassCounts) => void;
}

/** What was done of all projects. The first one that could not go on decides why nothing more moved. */
export type FlushReport = PassReport;

/** Delivers everything that is due of every project, then stops. */
export class Flush extends UseCase<FlushHost> {
  /** Sizes that a hub found too large hold for as long as this object lives. */
  readonly #learnt = new Map<string, LearntLimits>();

  async run({ isInsisted, onProgress }: FlushInput, signal?: AbortSignal): Promise<FlushReport> {
    const { hubReceipts, outboxes, reports } = this.ports;
    const route = await this.ports.route(signal, isInsisted);
    if ('end' in route) return { ...NOTHING_PASSED, ended: route };
    const history = await hubReceipts?.historyOf(route.account, isInsisted, signal);
    let counts: PassCounts = NOTHING_PASSED;
    let ended: PassEnd = { end: 'complete' };
    const onSettled = (settled: PassCounts): void => {
      counts = addCounts(counts, settled);
      reports?.changed();
      onProgress?.(counts);
    };
    for (const project of await outboxes.list()) {
      const end = await this.#passInTurn(project, { ...route, history, isInsisted, onSettled }, signal);
      if (ended.end === 'complete') ended = end;
      if (!OF_ONE_OUTBOX.has(end.end)) break;
    }
    // A process that stays tells by itself.
    if (isInsisted) await reports?.tell(signal);
    return { ...counts, ended };
  }

  /** Who insists waits for another sender to end: what that one delivers is delivered too. */
  async #passInTurn(project: string | undefined, route: PassRoute, signal?: AbortSignal): Promise<PassEnd> {
    for (let tries = 1; ; tries++) {
      const end = await this.#pass(project, route, signal);
      const waits = end.end === 'busy' && route.isInsisted && tries < BUSY_TRIES;
      if (!waits || signal?.aborted === true) return end;
      await this.ports.timer.sleep(BUSY_PAUSE_MS, signal);
    }
  }

  /** One outbox that cannot be read or written must not keep the others from being delivered. */
  async #pass(
    project: string | undefined,
    { account, courier, maxEvents, history, isInsisted, onSettled }: PassRoute,
    signal: AbortSignal | undefined,
  ): Promise<PassEnd> {
    const { hubReceipts: receipts, outboxes, resolveLeftOvers, retainMs, sharing, wallClock } = this.ports;
    try {
      if (project !== undefined) await resolveLeftOvers(project);
      const shared = project === undefined ? 'on' : await sharing.of(project);
      // A hub hears of no project that is kept here, not even by a question.
      const log =
        project === undefined || shared !== 'on' || history === undefined || receipts === undefined
          ? {}
          : { log: { history, idsAtHub: () => receipts.idsAtHub(account, project, signal) } };
      const input = {
        ...{ account, isInsisted, onSettled, ...log },
        sharing: shared,
        reclaimBeforeMs: wallClock.nowMs() - (await retainMs()),
      };
      const host = { ...this.ports, courier, learnt: this.#learntOf(account.hub.url, maxEvents) };
      return (await runPass(outboxes.open(project), host, input, signal)).ended;
    } catch (error) {
      if (!isSyncError(error) && !(error instanceof Error && 'code' in error)) throw error;
      return { end: 'storage-failed', reason: error.message };
    }
  }

  #learntOf(url: string, maxEvents = Infinity): LearntLimits {
    const learnt = this.#learnt.get(url) ?? { limits: CONTRACT_LIMITS };
    this.#learnt.set(url, learnt);
    learnt.limits = { ...learnt.limits, maxEvents: Math.min(learnt.limits.maxEvents, maxEvents) };
    return learnt;
  }
}

interface PassRoute extends Route {
  readonly history: string | undefined;
  readonly isInsisted: boolean;
  readonly onSettled: (counts: PassCounts) => void;
}

const BUSY_PAUSE_MS = 100;
const BUSY_TRIES = 100;

/** Trouble with the hub or the account would meet the next project in the same way. */
const OF_ONE_OUTBOX: ReadonlySet<PassEnd['end']> = new Set<PassEnd['end']>([
  ...(['complete', 'busy', 'nothing-moved', 'too-many-exceptions', 'storage-failed'] as const),
]);
