import { CONTRACT_LIMITS } from '../../domain/delivery/batch-plan.js';
import { isSyncError } from '../../domain/errors.js';
import type { LamportStore } from '../../ports/events.js';
import type { Randomness, Timer, WallClock } from '../../ports/host.js';
import type { Outboxes } from '../../ports/outbox.js';
import type { Route } from './courier.js';
import { type LearntLimits, runPass } from './pass.js';
import type { HubReceipts } from './hub-receipts.js';
import type { MachineReports } from './machine-reports.js';
import { addCounts, NOTHING_PASSED, type PassCounts, type PassEnd, type PassReport } from './pass-report.js';
import type { SharingPolicy } from './sharing.js';

export interface FlushHost {
  readonly outboxes: Outboxes;
  readonly sharing: Pick<SharingPolicy, 'of'>;
  readonly lamport: LamportStore;
  readonly wallClock: WallClock;
  readonly randomness: Randomness;
  readonly timer: Timer;
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
export class Flush {
  readonly #host: FlushHost;
  /** Sizes that a hub found too large hold for as long as this object lives. */
  readonly #learnt = new Map<string, LearntLimits>();

  constructor(host: FlushHost) {
    this.#host = host;
  }

  async run(input: FlushInput, signal?: AbortSignal): Promise<FlushReport> {
    const route = await this.#host.route(signal, input.isInsisted);
    if ('end' in route) return { ...NOTHING_PASSED, ended: route };
    const { url } = route.account.hub;
    const learnt = this.#learnt.get(url) ?? { limits: CONTRACT_LIMITS };
    const maxEvents = Math.min(learnt.limits.maxEvents, route.maxEvents ?? Infinity);
    learnt.limits = { ...learnt.limits, maxEvents };
    this.#learnt.set(url, learnt);

    const history = await this.#host.hubReceipts?.historyOf(route.account, input.isInsisted, signal);
    let counts: PassCounts = NOTHING_PASSED;
    let ended: PassEnd = { end: 'complete' };
    for (const project of await this.#host.outboxes.list()) {
      const before = counts;
      const report = await this.#patiently(input, signal, () =>
        this.#pass(project, { ...route, history }, learnt, input, before, signal),
      );
      counts = addCounts(before, report);
      if (report.ended.end === 'complete') continue;
      if (ended.end === 'complete') ended = report.ended;
      if (concernsEveryProject(report.ended)) break;
    }
    // A process that stays tells by itself.
    if (input.isInsisted) await this.#host.reports?.tell(signal);
    return { ...counts, ended };
  }

  /** Who insists waits for another sender to end: what that one delivers is delivered too. */
  async #patiently(
    { isInsisted }: FlushInput,
    signal: AbortSignal | undefined,
    pass: () => Promise<PassReport>,
  ): Promise<PassReport> {
    for (let tries = isInsisted ? BUSY_TRIES : 1; ; tries--) {
      const report = await pass();
      if (report.ended.end !== 'busy' || tries <= 1 || signal?.aborted === true) return report;
      await this.#host.timer.sleep(BUSY_PAUSE_MS, signal);
    }
  }

  /** One outbox that cannot be read or written must not keep the others from being delivered. */
  async #pass(
    project: string | undefined,
    route: Route & { readonly history: string | undefined },
    learnt: LearntLimits,
    input: FlushInput,
    before: PassCounts,
    signal: AbortSignal | undefined,
  ): Promise<PassReport> {
    let counted: PassCounts = NOTHING_PASSED;
    const { account, history } = route;
    const { hubReceipts: receipts } = this.#host;
    const log =
      project === undefined || history === undefined || receipts === undefined
        ? {}
        : { log: { history, idsAtHub: () => receipts.idsAtHub(account, project, signal) } };
    try {
      if (project !== undefined) await this.#host.resolveLeftOvers(project);
      return await runPass(
        this.#host.outboxes.open(project),
        { ...this.#host, courier: route.courier, learnt },
        {
          account,
          ...log,
          sharing: project === undefined ? 'on' : await this.#host.sharing.of(project),
          isInsisted: input.isInsisted,
          reclaimBeforeMs: this.#host.wallClock.nowMs() - (await this.#host.retainMs()),
          onProgress: (counts) => {
            counted = counts;
            this.#host.reports?.changed();
            input.onProgress?.(addCounts(before, counts));
          },
        },
        signal,
      );
    } catch (error) {
      if (!isSyncError(error) && !(error instanceof Error && 'code' in error)) throw error;
      return { ...counted, ended: { end: 'storage-failed', reason: error.message } };
    }
  }
}

const BUSY_PAUSE_MS = 100;
const BUSY_TRIES = 100;

/** Trouble with the hub or the account would meet the next project in the same way. */
const concernsEveryProject = (ended: PassEnd): boolean =>
  ended.end !== 'complete' &&
  ended.end !== 'busy' &&
  ended.end !== 'nothing-moved' &&
  ended.end !== 'too-many-exceptions' &&
  ended.end !== 'storage-failed';
