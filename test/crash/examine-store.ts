import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectStatus } from '../../src/app/reports/examine-outbox.js';
import { isBalanced } from '../../src/domain/outbox/accounting.js';
import { contains, newestAnswered } from '../../src/domain/outbox/ledger.js';
import type { JournalRecord } from '../../src/ports/outbox.js';
import { collect, fact } from '../support/facts.js';
import { HUB, TEAM } from './drivers/store-drivers.js';
import { bootOn, linesOf, type Boot, type StoreWorld } from './store-world.js';

/** What was promised before the process ended, in the words in which the drivers say it. */
export interface Promised {
  readonly said: readonly string[];
  /** Ids that the journal had when the driver began. */
  readonly before: readonly string[];
  /** Records that may be gone with a segment that retention removed. */
  readonly reclaimable?: number;
}

/**
 * Lets another process start on what is left, capture once more, and tells everything that is not as it has to be. No
 * file is repaired by hand.
 */
export const examineStore = async (
  top: string,
  promised: Promised,
  boot: Boot = {},
): Promise<readonly string[]> => {
  const faults: string[] = [];
  const demand = (holds: boolean, fault: string): void => {
    if (!holds) faults.push(fault);
  };
  const lines = linesOf(top);
  const newestRecord = Math.max(0, ...lines.map((line) => Number(line['record'])));
  const clockBefore = Math.max(0, ...lines.map((line) => Number(line['event'].lamport_clock)));
  const world = bootOn(top, boot);
  demand(newestInLedger(await world.outbox.reading()) <= newestRecord, 'the ledger is ahead of the journal');
  // The facts that wait are sealed by the first capture; the second one sees them counted.
  const next = boot.bootId === undefined ? 91 : 95;
  for (const n of [next, next + 1]) {
    const [outcome] = await world.capture(fact(n));
    demand(
      outcome?.outcome === 'captured',
      `the next capture was ${outcome?.outcome} ${outcome?.outcome === 'refused' ? outcome.message : ''}`,
    );
    if (outcome?.outcome === 'captured')
      demand(outcome.event.lamport_clock > clockBefore, 'the clock went back below a captured event');
  }
  const records = await collect(world.outbox.records());
  const ids = records.map(({ eventId }) => eventId);
  demand(new Set(ids).size === ids.length, `an event is there twice: ${ids.join(' ')}`);
  const first = records[0]?.record ?? 1;
  demand(
    records.every(({ record }, index) => record === first + index),
    `the numbers have gaps: ${records.map(({ record }) => record).join(' ')}`,
  );
  demand(first === 1 || (promised.reclaimable ?? 0) > 0, `records before ${first} are gone`);
  // Of writes that nobody acknowledged a power cut may keep parts: such a record keeps its number and is counted.
  const isCut = boot.bootId !== undefined;
  for (const { record, invalid } of records)
    demand(isCut || invalid === undefined, `record ${record}: ${invalid}`);
  const clocks = records.filter(({ json }) => json !== undefined).map(clockOf);
  demand(
    clocks.every((clock, index) => index === 0 || clock > clocks[index - 1]!),
    `Lamport timestamps do not rise: ${clocks.join(' ')}`,
  );
  const gone = promised.before.slice(0, promised.reclaimable ?? 0);
  for (const id of [...promised.before, ...saidIds(promised.said)])
    demand(ids.includes(id) || gone.includes(id), `the acknowledged event ${id} is gone`);
  await demandAccounts(top, world, records, promised, demand, isCut);
  return faults;
};

/** Ids of the events that the process acknowledged. */
const saidIds = (said: readonly string[]): readonly string[] =>
  said.flatMap((what) => /^(?:captured|waiting) (\w+)$/.exec(what)?.[1] ?? []);

const numbersSaid = (said: readonly string[], word: string): readonly number[] =>
  said.flatMap((what) => (what.startsWith(`${word} `) ? [Number(what.split(' ')[1])] : []));

type Reading = Awaited<ReturnType<StoreWorld['outbox']['reading']>>;

const newestInLedger = ({ ledgers }: Reading): number => Math.max(0, ...ledgers.map(newestAnswered));

const clockOf = ({ json }: JournalRecord): number =>
  (JSON.parse(json ?? '{}') as { lamport_clock: number }).lamport_clock;

const demandAccounts = async (
  top: string,
  world: StoreWorld,
  records: readonly JournalRecord[],
  { said }: Promised,
  demand: (holds: boolean, fault: string) => void,
  isCut: boolean,
): Promise<void> => {
  const lines = linesOf(top);
  demand(isCut || lines.length === records.length, `${lines.length} lines, ${records.length} records`);
  const account = { hub: { url: HUB }, team: TEAM };
  const { accounting, beside } = await projectStatus(world.outbox, { account, sharing: 'on', nowMs: 0 });
  demand(isBalanced(accounting), `the accounts do not balance: ${JSON.stringify(accounting)}`);
  const last = Number(lines.at(-1)?.['record'] ?? 0);
  demand(accounting.captured === last, `${accounting.captured} captured, ${last} numbered`);
  demand(beside.waitingForLock === 0, `${beside.waitingForLock} facts still wait for the lock`);
  const reading = await world.outbox.reading();
  demand(reading.decisionsUnreadable === undefined, `decisions: ${reading.decisionsUnreadable}`);
  const [ledger] = reading.ledgers;
  for (const record of numbersSaid(said, 'settled'))
    demand(
      ledger !== undefined && (record <= ledger.through || contains(ledger.beyond, record)),
      `record ${record} was settled and is not`,
    );
  demand(reading.decisions.length >= Math.max(0, ...numbersSaid(said, 'decided')), 'a decision is gone');
  demand(beside.withdrawn >= Math.max(0, ...numbersSaid(said, 'withdrawn')), 'a withdrawal is not counted');
  // What was received from elsewhere and never captured may be forgotten in a power cut.
  const heard = isCut ? [] : numbersSaid(said, 'clock');
  const stored = storedClock(world.stateRoot);
  demand(
    stored >= Math.max(...lines.map((line) => Number(line['event'].lamport_clock)), ...heard),
    `the clock is at ${stored}, behind what was captured or said`,
  );
};

const storedClock = (stateRoot: string): number =>
  (JSON.parse(readFileSync(join(stateRoot, 'clock.json'), 'utf8')) as { value: number }).value;
