import { isBalanced } from '../../src/domain/outbox/accounting.js';
import { isAnswered, type HubLedger } from '../../src/domain/outbox/ledger.js';
import { dueRecords } from '../../src/app/delivery/due-records.js';
import { projectStatus } from '../../src/app/reports/examine-outbox.js';
import type { JournalRecord, Outbox, OutboxReading, Sender } from '../../src/ports/outbox.js';
import { collect, PROJECT } from '../support/facts.js';
import { tally } from './tally.js';
import type { ModelLedger } from './model-types.js';
import type { OutboxModel } from './outbox-model.js';
import type { World } from './world.js';

/** Compares everything that can be asked of the real outbox with what the model says. */
export const compare = async (model: OutboxModel, world: World): Promise<void> => {
  const seen = await look(world.outbox);
  tally('comparisons of everything');
  expect(showReal(seen)).toEqual(stateOfModel(model));
  expectRisingClocks(seen, world);
  await expectAccounted(seen, model, world);
  await expectDue(seen, model, world);
};

/** What the real outbox says, read once and kept, since all reports are made of nothing else. */
interface Seen {
  readonly reading: OutboxReading;
  readonly records: readonly JournalRecord[];
}

const look = async (outbox: Outbox): Promise<Seen> => ({
  reading: await outbox.reading(),
  records: await collect(outbox.records()),
});

/** An outbox that says again what was seen. */
const repeat = ({ reading, records }: Seen): Outbox & Sender =>
  ({
    project: PROJECT,
    reading: async () => reading,
    records: async function* (from = 1) {
      for (const record of records) if (record.record >= from) yield record;
    },
    portions: async function* (from = 1) {
      for (const { json, ...record } of records)
        if (record.record >= from)
          yield [json === undefined ? record : { ...record, json: Buffer.from(json) }];
    },
  }) as Partial<Outbox & Sender> as Outbox & Sender;

/** Records, decisions and ledgers: what a crash must leave at one of the steps of what was under way. */
export const stateOfModel = (model: OutboxModel): unknown => ({
  records: model.records,
  first: model.first,
  last: model.last,
  decisions: model.decisions,
  isUnreadable: model.isUnreadable,
  ledgers: model.view().map((ledger) => showModelLedger(ledger, model.last)),
  beside: {
    withdrawn: model.withdrawn,
    refused: model.refused,
    tornTails: model.tornTails,
    waitingForLock: model.waitingForLock.length,
  },
});

export const stateOfReal = async ({ outbox }: World): Promise<unknown> => showReal(await look(outbox));

const showReal = ({ reading, records }: Seen): unknown => {
  const { first, last, decisions, ledgers, beside, decisionsUnreadable } = reading;
  return {
    records: records.map(({ json: _json, ...record }) => record),
    first,
    last,
    decisions,
    isUnreadable: decisionsUnreadable !== undefined,
    ledgers: ledgers.map((ledger) => showLedger(ledger, last)),
    beside: { ...beside },
  };
};

const expectAccounted = async (
  seen: Seen,
  model: OutboxModel,
  { account, sharing, time }: World,
): Promise<void> => {
  const situation = { account, sharing, nowMs: time.nowMs() };
  const { accounting, hub, team } = await projectStatus(repeat(seen), situation);
  const ledger = model.ledgerOf(account);
  expect({ hub, team }).toEqual({ hub: ledger?.hub, team: ledger?.team });
  const held: Record<string, number> = {};
  const deadLetters: Record<string, number> = {};
  const counted = { pending: 0, delivered: 0, duplicate: 0, discarded: 0 };
  for (const record of model.records) {
    const standing = model.standingOf(record, { ...situation, isInsisted: false });
    if (standing.is === 'held') held[standing.reason] = (held[standing.reason] ?? 0) + 1;
    if (standing.is === 'dead') deadLetters[standing.reason] = (deadLetters[standing.reason] ?? 0) + 1;
    if (standing.is === 'pending') counted.pending += 1;
  }
  for (const state of ledger?.states.values() ?? []) {
    if (state.is === 'reclaimed') held[state.reason] = (held[state.reason] ?? 0) + 1;
    if (state.is === 'delivered' || state.is === 'duplicate' || state.is === 'discarded')
      counted[state.is] += 1;
  }
  const captured = model.last - (ledger?.first ?? model.first) + 1;
  expect(accounting).toEqual({ captured, ...counted, held, deadLetters });
  expect(isBalanced(accounting)).toBe(true);
};

const expectDue = async (seen: Seen, model: OutboxModel, world: World): Promise<void> => {
  for (const isInsisted of [false, true]) {
    const situation = world.situation(isInsisted);
    const items = await collect(dueRecords(repeat(seen), { ...situation, projectUuid: PROJECT }));
    const due = items.flatMap((item) => ('dead' in item ? [] : [item.record]));
    expect(due).toEqual(model.due(situation).map(({ record }) => record));
  }
};

/** Every readable event is later than the one before it. */
const expectRisingClocks = ({ records }: Seen, world: World): void => {
  let before = 0;
  for (const record of records) {
    if (record.json === undefined) continue;
    const clock = clockOf(record);
    expect(clock).toBeGreaterThan(before);
    before = clock;
  }
  world.clock = world.isClockLost() ? before : Math.max(world.clock, before);
};

export const clockOf = ({ json }: JournalRecord): number =>
  (JSON.parse(json ?? '{"lamport_clock":0}') as { readonly lamport_clock: number }).lamport_clock;

const showLedger = (ledger: HubLedger, last: number): unknown => {
  const { hub, team, first, closedAtMs, refusal, totals, exceptions } = ledger;
  const answered = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index).filter(
    (record) => isAnswered(ledger, record),
  );
  const { delivered, duplicate, discarded, reclaimed } = totals;
  return {
    ...{ hub, team, first, isClosed: closedAtMs !== undefined, refusal, answered },
    totals: { delivered, duplicate, discarded, reclaimed },
    exceptions: exceptions.map(({ record, state, attempts, reason, dueAtMs }) => ({
      ...{ record, is: state, attempts, reason, dueAtMs },
    })),
  };
};

const showModelLedger = (ledger: ModelLedger, last: number): unknown => {
  const { hub, team, first, isClosed, refusal, states } = ledger;
  const all = [...states].sort(([a], [b]) => a - b);
  const count = (is: string): number => all.filter(([, state]) => state.is === is).length;
  const reclaimed: Record<string, number> = {};
  for (const [, state] of all)
    if (state.is === 'reclaimed') reclaimed[state.reason] = (reclaimed[state.reason] ?? 0) + 1;
  return {
    ...{ hub, team, first, isClosed, refusal },
    answered: all.map(([record]) => record).filter((record) => record <= last),
    totals: {
      ...{ delivered: count('delivered'), duplicate: count('duplicate'), discarded: count('discarded') },
      reclaimed,
    },
    exceptions: all.flatMap(([record, state]) =>
      state.is === 'failing' || state.is === 'refused' || state.is === 'dead'
        ? [{ record, is: state.is, attempts: state.attempts, reason: state.reason, dueAtMs: state.dueAtMs }]
        : [],
    ),
  };
};
