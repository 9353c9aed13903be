import type { Account } from '../../domain/outbox/account.js';
import { exceptionOf } from '../../domain/outbox/ledger.js';
import { type RecordStanding, holdSentence } from '../../domain/outbox/routing-policy.js';
import type { WallClock } from '../../ports/host.js';
import type { Outbox, Outboxes } from '../../ports/outbox.js';
import { openRecords, recordContext } from '../delivery/record-context.js';
import type { SharingPolicy } from '../delivery/sharing-policy.js';

/** An event that a hub does not have, and why. */
export interface LeftEvent {
  readonly eventId: string;
  readonly state: 'pending' | 'held' | 'dead letter';
  readonly reason: string;
}

interface LeftEventsPorts {
  readonly outboxes: Outboxes;
  readonly sharing: Pick<SharingPolicy, 'of'>;
  readonly wallClock: WallClock;
  account(): Promise<Account | undefined>;
}

/** Lists every event that was not delivered, with the reason, from the records alone. */
export class ListLeftEvents {
  readonly #ports: LeftEventsPorts;

  constructor(ports: LeftEventsPorts) {
    this.#ports = ports;
  }

  /** By project, in the order of capture. */
  async run(): Promise<
    readonly { readonly projectUuid: string | undefined; readonly events: readonly LeftEvent[] }[]
  > {
    const account = await this.#ports.account();
    const keys = await this.#ports.outboxes.list();
    return Promise.all(
      keys.map(async (key) => ({
        projectUuid: key,
        events: await this.#left(this.#ports.outboxes.open(key), account),
      })),
    );
  }

  async #left(outbox: Outbox, account: Account | undefined): Promise<readonly LeftEvent[]> {
    const { sharing, wallClock: clock } = this.#ports;
    const reading = await outbox.reading();
    const context = recordContext(outbox, reading, {
      account,
      sharing: outbox.project === undefined ? 'on' : await sharing.of(outbox.project),
      nowMs: clock.nowMs(),
    });
    const { ledger } = context;
    const left: LeftEvent[] = [];
    for await (const [record, standing] of openRecords(outbox, reading, context)) {
      const told = ledger === undefined ? undefined : exceptionOf(ledger, record.record)?.reason;
      if (standing.standing !== 'settled') left.push({ eventId: record.eventId, ...whyLeft(standing, told) });
    }
    return left;
  }
}

type Left = Exclude<RecordStanding, { readonly standing: 'settled' }>;

const whyLeft = (standing: Left, told: string | undefined): Omit<LeftEvent, 'eventId'> => {
  switch (standing.standing) {
    case 'held':
      return { state: 'held', reason: holdSentence(standing.reason) };
    case 'dead':
      return { state: 'dead letter', reason: standing.reason };
    case 'pending':
      return { state: 'pending', reason: told ?? 'not delivered yet' };
  }
};
