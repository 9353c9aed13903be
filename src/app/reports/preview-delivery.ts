import { hubKey, type Account } from '../../domain/outbox/account.js';
import type { CountsByReason } from '../../domain/outbox/accounting.js';
import { presumedAccount } from '../../domain/outbox/ledger.js';
import type { WallClock } from '../../ports/host.js';
import type { Outbox, Outboxes } from '../../ports/outbox.js';
import { dueRecords } from '../delivery/due-records.js';
import { projectStatus } from './project-status.js';
import type { SharingPolicy } from '../delivery/sharing-policy.js';

/** What `sync now` would send of one project, and what would stay. */
export interface ProjectPreview {
  readonly projectUuid: string | undefined;
  /** Where it would go; absent when nobody is signed in. */
  readonly to?: { readonly hub: string; readonly url: string; readonly team: string };
  /** How many would leave. */
  readonly count: number;
  /** The documents that would leave, byte for byte, oldest first; at most as many as were asked for. */
  readonly events: readonly { readonly eventId: string; readonly json: string }[];
  readonly held: CountsByReason;
  readonly deadLetters: CountsByReason;
}

interface PreviewPorts {
  readonly outboxes: Outboxes;
  readonly sharing: Pick<SharingPolicy, 'of'>;
  readonly wallClock: WallClock;
  account(): Promise<Account | undefined>;
}

/** Shows what would leave this machine, from the records alone: no network, no lock, no change. */
export class PreviewDelivery {
  readonly #ports: PreviewPorts;

  constructor(ports: PreviewPorts) {
    this.#ports = ports;
  }

  /** `most`: documents to show of each project; their number is counted to the end. */
  async run(most: number): Promise<readonly ProjectPreview[]> {
    const { outboxes } = this.#ports;
    const account = await this.#ports.account();
    const projects: ProjectPreview[] = [];
    // One after the other: only what is shown of a project is kept in memory.
    for (const key of await outboxes.list())
      projects.push(await this.#preview(outboxes.open(key), account, most));
    return projects;
  }

  async #preview(outbox: Outbox, signedIn: Account | undefined, most: number): Promise<ProjectPreview> {
    const { sharing, wallClock: clock } = this.#ports;
    const situation = {
      projectUuid: outbox.project,
      account: presumedAccount((await outbox.reading()).ledgers, signedIn),
      sharing: outbox.project === undefined ? ('on' as const) : await sharing.of(outbox.project),
      nowMs: clock.nowMs(),
      isInsisted: true,
    };
    const { accounting } = await projectStatus(outbox, situation);
    const events: { readonly eventId: string; readonly json: string }[] = [];
    let count = 0;
    // The very generator that a pass reads from, so that what is shown is what is sent.
    for await (const item of dueRecords(outbox, situation)) {
      if ('dead' in item) continue;
      count += 1;
      if (events.length < most) events.push({ eventId: item.eventId, json: item.json });
    }
    const { account } = situation;
    return {
      projectUuid: outbox.project,
      count,
      events,
      held: accounting.held,
      deadLetters: accounting.deadLetters,
      ...(account === undefined
        ? {}
        : { to: { hub: hubKey(account.hub), url: account.hub.url, team: account.team } }),
    };
  }
}
