import { hasAnnouncedItself, hubKey, type Account } from '../../domain/outbox/account.js';
import type { Decision } from '../../domain/outbox/decision.js';
import { type HubLedger, ledgerOf, isLedgerOf, isSettled } from '../../domain/outbox/ledger.js';
import { SyncError, unreachable } from '../../domain/errors.js';
import { normalizeEventId } from '../../domain/ids.js';
import type { Outbox, Outboxes, OutboxReading } from '../../ports/outbox.js';
import type { ReceiptReader } from '../../ports/delivery.js';
import type { AccessTokens } from '../delivery/access-token.js';
import { grantedAccess, throwIfAborted } from '../delivery/granted-access.js';

/** What the ledger of one project and the hub's receipts say about the same events. */
export interface VerifiedProject {
  readonly projectUuid: string;
  /** Events of the journal that are settled here as delivered or duplicate. */
  readonly settled: number;
  /** Ids that the hub has of this project, from all machines. */
  readonly atHub: number;
  /** Settled here by a receipt, and not at the hub. */
  readonly missingAtHub: readonly string[];
  /** In this machine's journal and at the hub, and not counted as delivered here. */
  readonly uncounted: readonly string[];
}

export interface Verification {
  readonly hub: string;
  readonly team: string;
  readonly projects: readonly VerifiedProject[];
  /** Whether ledger and hub say the same about every event. */
  readonly agrees: boolean;
}

/**
 * Compares what was settled on this machine with what the hub says that it has. Changes nothing. Fails with
 * `not-signed-in`, `session-expired`, `unreachable`, or `protocol-mismatch` for a hub that has no receipts to show.
 */
export class VerifyDelivery {
  readonly #outboxes: Outboxes;
  readonly #tokens: Pick<AccessTokens, 'get' | 'renew'>;
  readonly #receipts: ReceiptReader;

  constructor(outboxes: Outboxes, tokens: Pick<AccessTokens, 'get' | 'renew'>, receipts: ReceiptReader) {
    this.#outboxes = outboxes;
    this.#tokens = tokens;
    this.#receipts = receipts;
  }

  async run(signal?: AbortSignal): Promise<Verification> {
    const { account } = await grantedAccess(this.#tokens, signal);
    const projects: VerifiedProject[] = [];
    for (const projectUuid of await this.#outboxes.list()) {
      if (projectUuid === undefined) continue;
      projects.push(await this.#verify(this.#outboxes.open(projectUuid), projectUuid, account, signal));
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
    const atHub = await this.#idsAtHub(account, projectUuid, signal);
    const after = await outbox.reading();
    const hasReceipt = receiptTest(before, account);
    const isCounted = settledTest(after, account);
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
    return { projectUuid, settled, atHub: atHub.size, missingAtHub, uncounted };
  }

  async #idsAtHub(account: Account, projectUuid: string, signal?: AbortSignal): Promise<ReadonlySet<string>> {
    if (!hasAnnouncedItself(account.hub)) throw withoutReceipts(account);
    const ids = new Set<string>();
    let access = await grantedAccess(this.#tokens, signal);
    let wasRenewed = false;
    for (let after = 0, more = true; more;) {
      const request = { hub: account.hub, accessToken: access.token, projectUuid, after };
      const answer = await this.#receipts.read(request, signal);
      switch (answer.answer) {
        case 'page':
          for (const id of answer.eventIds) ids.add(normalizeEventId(id) ?? id);
          ({ next: after, more } = answer);
          break;
        case 'unauthorized':
          access = await grantedAccess(this.#tokens, signal, access.token);
          if (wasRenewed) throw expired(account);
          wasRenewed = true;
          break;
        case 'unsupported':
          throw withoutReceipts(account);
        case 'unavailable':
          throwIfAborted(signal);
          throw new SyncError('unreachable', `${account.hub.url} gave no receipts: ${answer.reason}.`, {
            hint: 'Try again when the hub can be reached: spec-kitty sync status --check',
          });
        default:
          unreachable(answer);
      }
    }
    return ids;
  }
}

const withoutReceipts = (account: Account): SyncError =>
  new SyncError('protocol-mismatch', `${account.hub.url} cannot say which events it has.`, {
    hint: 'Its side of the contract is older than this command: upgrade the hub. What was settled here stays settled.',
  });

const expired = (account: Account): SyncError =>
  new SyncError('session-expired', `${account.hub.url} does not accept this sign-in any more.`, {
    hint: 'Sign in again: spec-kitty auth login',
  });

const settledTest = ({ ledgers }: OutboxReading, account: Account): ((record: number) => boolean) => {
  const ledger = ledgerOf(ledgers, account);
  return (record) => ledger !== undefined && record >= ledger.first && isSettled(ledger, record);
};

/** Settled, and not by a person who threw the event away. */
const receiptTest = (reading: OutboxReading, account: Account): ((record: number) => boolean) => {
  const isCounted = settledTest(reading, account);
  const ledger = ledgerOf(reading.ledgers, account);
  const thrownAway = ledger === undefined ? new Set<number>() : discarded(reading.decisions, ledger);
  return (record) => isCounted(record) && !thrownAway.has(record);
};

const discarded = (decisions: readonly Decision[], ledger: HubLedger): ReadonlySet<number> =>
  new Set(
    decisions.flatMap((decision) =>
      decision.decision === 'discard' && isLedgerOf(ledger, decision) ? [decision.record] : [],
    ),
  );
