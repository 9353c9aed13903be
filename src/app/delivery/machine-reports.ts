import type { Account } from '../../domain/outbox/account.js';
import type { MachineReport, RunSign } from '../../domain/wire.js';
import type { ClientPorts } from '../../ports/client.js';
import { UseCase } from '../use-case.js';
import type { AccessTokens } from './access-token.js';
import type { HubReceipts } from './hub-receipts.js';
import { occurredAt, openRecords, recordContext } from './due-records.js';
import type { SharingPolicy } from './sharing.js';

interface MachineReportsNeeds extends Pick<
  ClientPorts,
  'batchTransport' | 'lamport' | 'outboxes' | 'wallClock' | 'timer'
> {
  readonly accessTokens: Pick<AccessTokens, 'get'>;
  readonly hubReceipts: Pick<HubReceipts, 'canDo'>;
  readonly sharing: Pick<SharingPolicy, 'of'>;
}

/** Runs of agents in a project of this machine; a hub hears of them while the project is shared. */
export interface ProjectRuns {
  readonly projectUuid: string;
  /** Those of this moment. */
  readonly signs: () => readonly Omit<RunSign, 'project_uuid'>[];
}

/** How often the same is said again, and how soon after the time before something new is. */
const SAID_EVERY_MS = 60_000;
const SAID_AT_MOST_EVERY_MS = 10_000;

/**
 * Tells the hub what only this machine knows of itself: how many events wait here, and since when runs of agents are
 * silent. Only a hub that announced `report` hears any of it. Nothing depends on it: what fails is said a minute later.
 */
export class MachineReports extends UseCase<MachineReportsNeeds> {
  #changed = new AbortController();

  /**
   * Says it once: what waits here, or, where runs are given, how they are. Never rejects; `false` when there was nothing to
   * say, or nobody to say it to.
   */
  async tell(signal?: AbortSignal, runs?: ProjectRuns): Promise<boolean> {
    const { accessTokens, hubReceipts, batchTransport, lamport } = this.ports;
    try {
      const access = await accessTokens.get(signal);
      if (access.state !== 'granted') return false;
      const { account, token: accessToken } = access;
      if (!(await hubReceipts.canDo(account, 'report', signal))) return false;
      const said = runs === undefined ? await this.#waiting(account) : await this.#running(runs);
      if (said === undefined) return false;
      const { nodeId: node_id } = await lamport.read();
      const report = { node_id, ...said };
      return await batchTransport.report({ hub: account.hub, accessToken, report }, signal);
    } catch {
      // A figure that is missing for a minute is nobody's trouble.
      return false;
    }
  }

  /**
   * Says it at once, and then every minute, until the signal aborts; ten seconds apart at least when it has changed, as
   * with every batch, or could not be said.
   */
  async run(signal: AbortSignal, runs?: ProjectRuns): Promise<void> {
    const { timer } = this.ports;
    while (!signal.aborted) {
      const changed = this.#changed.signal;
      const isSaid = await this.tell(signal, runs);
      await timer.sleep(SAID_AT_MOST_EVERY_MS, signal);
      const restMs = isSaid ? SAID_EVERY_MS - SAID_AT_MOST_EVERY_MS : 0;
      await timer.sleep(restMs, AbortSignal.any([signal, changed]));
    }
  }

  /** What waits here is another number by now. */
  changed(): void {
    const before = this.#changed;
    this.#changed = new AbortController();
    before.abort();
  }

  async #running({ projectUuid, signs }: ProjectRuns): Promise<Pick<MachineReport, 'runs'> | undefined> {
    const runs = signs().map((sign) => ({ project_uuid: projectUuid, ...sign }));
    const isSaid = runs.length > 0 && (await this.ports.sharing.of(projectUuid)) === 'on';
    return isSaid ? { runs } : undefined;
  }

  /** What could go to this account's hub and has not, of all projects. */
  async #waiting(account: Account): Promise<Pick<MachineReport, 'waiting'>> {
    const { outboxes, sharing, wallClock } = this.ports;
    const nowMs = wallClock.nowMs();
    let events = 0;
    const oldest: number[] = [];
    for (const project of await outboxes.list()) {
      if (project === undefined) continue;
      const outbox = outboxes.open(project);
      const reading = await outbox.reading();
      const context = recordContext(outbox, reading, { account, sharing: await sharing.of(project), nowMs });
      const before = events;
      for await (const [record, { standing }] of openRecords(outbox, reading, context)) {
        if (standing !== 'pending') continue;
        if (events === before) oldest.push(Date.parse(occurredAt(record) ?? ''));
        events += 1;
      }
    }
    const oldestMs = nowMs - Math.min(...oldest.filter(Number.isFinite));
    return { waiting: { events, ...(oldestMs === -Infinity ? {} : { oldest_ms: Math.max(0, oldestMs) }) } };
  }
}
