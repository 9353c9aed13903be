import { hubKey } from '../../domain/outbox/account.js';
import type { CountsByReason } from '../../domain/outbox/accounting.js';
import type { Outbox } from '../../ports/outbox.js';
import { outgoingDocument, type ReportSituation } from '../delivery/due-records.js';
import { examineOutbox, ofEveryOutbox, type ReportNeeds } from './project-status.js';

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

/** Shows what would leave this machine, from the records alone: no network, no lock, no change. */
export class PreviewDelivery {
  readonly #needs: ReportNeeds;

  constructor(needs: ReportNeeds) {
    this.#needs = needs;
  }

  /** `most`: documents to show of each project; their number is counted to the end. */
  run(most: number): Promise<readonly ProjectPreview[]> {
    return ofEveryOutbox(this.#needs, (outbox, situation) => preview(outbox, situation, most));
  }
}

const preview = async (outbox: Outbox, situation: ReportSituation, most: number): Promise<ProjectPreview> => {
  const events: { readonly eventId: string; readonly json: string }[] = [];
  let count = 0;
  const insisted = { ...situation, isInsisted: true };
  const examination = await examineOutbox(outbox, insisted, ({ record, standing }, context) => {
    if (standing.standing !== 'pending') return;
    count += 1;
    const json = outgoingDocument(record, context);
    if (events.length < most && json !== undefined) events.push({ eventId: record.eventId, json });
  });
  const { account } = examination.context;
  const { held, deadLetters } = examination.status.accounting;
  return {
    projectUuid: outbox.project,
    count,
    events,
    held,
    deadLetters,
    ...(account === undefined
      ? {}
      : { to: { hub: hubKey(account.hub), url: account.hub.url, team: account.team } }),
  };
};
