import { isSameAccount, type Account } from '../../domain/outbox/account.js';
import { MAX_COMPRESSED_BYTES, type BatchLimits } from '../../domain/delivery/batch-plan.js';
import type { SnapshotMessage } from '../../domain/wire.js';

/** What a hub said that one batch may be. */
export interface AnnouncedLimits extends Partial<Pick<BatchLimits, 'maxEvents'>> {
  /** Of the body as it travels. */
  readonly maxBodyBytes: number;
}

/** Remembers what the hub of an account announced last, after its session too: batches go on without one. */
export class Announcements {
  #last: { readonly account: Account; readonly limits: AnnouncedLimits } | undefined;

  enter({ limits }: SnapshotMessage, account: Account): void {
    const [events, bytes] = [usable(limits?.batch_events), usable(limits?.batch_bytes)];
    this.#last = {
      account,
      limits: {
        maxBodyBytes: Math.min(MAX_COMPRESSED_BYTES, bytes ?? MAX_COMPRESSED_BYTES),
        ...(events === undefined ? {} : { maxEvents: events }),
      },
    };
  }

  /** `undefined` as long as the hub of this account has not been heard of. */
  of(account: Account): AnnouncedLimits | undefined {
    return this.#last !== undefined && isSameAccount(this.#last.account, account)
      ? this.#last.limits
      : undefined;
  }
}

/** A frame of somebody else may hold anything. */
const usable = (limit: unknown): number | undefined =>
  typeof limit === 'number' && limit >= 1 ? Math.floor(limit) : undefined;
