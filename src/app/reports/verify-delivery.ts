import { hubKey, type Account } from '../../domain/outbox/account.js';
import { ledgerOf, isSettled } from '../../domain/outbox/ledger.js';
import { receiptTest } from '../../domain/outbox/receipts.js';
import { normalizeEventId } from '../../domain/ids.js';
import type { ClientPorts } from '../../ports/client.js';
import type { Outbox } from '../../ports/outbox.js';
import type { AccessTokens } from '../delivery/access-token.js';
import { grantedAccess } from '../delivery/granted-access.js';
import type { HubReceipts } from '../delivery/hub-receipts.js';
import type { SharingPolicy } from '../delivery/sharing.js';
import type { DataOf } from '../documents/all.js';
import { UseCase } from '../use-case.js';

/** What the ledgers of all projects and the hub's receipts say about the same events. */
export type Verification = DataOf<'sync verify'>;
export type VerifiedProject = Verification['projects'][number];

interface VerifyDeliveryNeeds extends Pick<ClientPorts, 'outboxes'> {
  readonly accessTokens: Pick<AccessTokens, 'get'>;
  readonly hubReceipts: Pick<HubReceipts, 'idsAtHub'>;
  readonly sharing: Pick<SharingPolicy, 'of'>;
}

/**
 * Compares what was settled on this machine with what the hub says that it has. Changes nothing. A hub is not asked about
 * a project that is kept here and of which it never gave a receipt. Fails with
 * `not-signed-in`, `session-expired`, `unreachable`, or `protocol-mismatch` for a hub that has no receipts to show.
 */
export class VerifyDelivery extends UseCase<VerifyDeliveryNeeds> {
  async run(signal?: AbortSignal): Promise<Verification> {
    const { account } = await grantedAccess(this.ports.accessTokens, signal);
    const projects: VerifiedProject[] = [];
    for (const projectUuid of await this.ports.outboxes.list()) {
      if (projectUuid === undefined) continue;
      const outbox = this.ports.outboxes.open(projectUuid);
      const hasReceipts = ledgerOf((await outbox.reading()).ledgers, account)?.lastReceiptAtMs !== undefined;
      if (hasReceipts || (await this.ports.sharing.of(projectUuid)) === 'on')
        projects.push(await this.#verify(outbox, projectUuid, account, signal));
    }
    return {
      hub: hubKey(account.hub),
      team: account.team,
      projects,
      agrees: projects.every(({ missingAtHub, uncounted }) => missingAtHub.length + uncounted.length === 0),
    };
  }

  /**
   * The ledger is read before the hub is asked, for what the hub has to have, and again after it, for what has to be
   * counted: what is delivered meanwhile is no difference.
   */
  async #verify(
    outbox: Outbox,
    projectUuid: string,
    account: Account,
    signal: AbortSignal | undefined,
  ): Promise<VerifiedProject> {
    const before = await outbox.reading();
    const atHub = await this.ports.hubReceipts.idsAtHub(account, projectUuid, signal);
    const after = await outbox.reading();
    const ledger = ledgerOf(before.ledgers, account);
    const hasReceipt = ledger === undefined ? () => false : receiptTest(ledger, before.decisions);
    const counted = ledgerOf(after.ledgers, account);
    const isCounted = (record: number): boolean =>
      counted !== undefined && record >= counted.first && isSettled(counted, record);
    const missingAtHub: string[] = [];
    const uncounted: string[] = [];
    let settled = 0;
    for await (const { record, eventId, json } of outbox.records(before.first)) {
      if (json === undefined || record > before.last) continue;
      const isAtHub = atHub.has(normalizeEventId(eventId) ?? eventId);
      if (hasReceipt(record)) {
        settled += 1;
        if (!isAtHub) missingAtHub.push(eventId);
      } else if (isAtHub && !isCounted(record)) uncounted.push(eventId);
    }
    const reoffered = counted?.reoffered ?? 0;
    return { projectUuid, settled, atHub: atHub.size, missingAtHub, uncounted, reoffered };
  }
}
