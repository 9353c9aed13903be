import { readFileSync, writeFileSync } from 'node:fs';
import { runPass } from '../../src/app/delivery/pass.js';
import type { PassReport } from '../../src/app/delivery/pass-report.js';
import { projectStatus } from '../../src/app/reports/examine-outbox.js';
import { ControlledTime, SeededRandomness } from '../../src/adapters/memory/memory-host.js';
import { MemoryLamportStore } from '../../src/adapters/memory/memory-outbox.js';
import { outboxPaths } from '../../src/adapters/outbox/outbox-paths.js';
import { isBalanced, type Accounting } from '../../src/domain/outbox/accounting.js';
import { CONTRACT_LIMITS } from '../../src/domain/delivery/batch-plan.js';
import { MAX_EXCEPTIONS } from '../../src/domain/outbox/ledger.js';
import type { Answer } from '../../src/domain/delivery/outcome.js';
import { facts, PROJECT } from '../support/facts.js';
import { outboxesOf } from '../support/outboxes.js';
import { scratchDirectory } from '../support/scratch-directory.js';
import { clockOf } from './compare.js';

/** `npm run model` goes to the limit that users have; everybody else to one that is beyond that of the exceptions. */
const LIMIT = process.env['MODEL_RUNS'] === undefined ? 12_000 : 100_000;
const AT_ONCE = 500;
const ACCOUNT = { hub: { url: 'https://a.example', id: 'hub-a' }, team: 'acme' };

const root = scratchDirectory();
const time = new ControlledTime();
const hub = new Set<string>();
let rejects: (index: number) => boolean;

const open = () => outboxesOf(root.path).open(PROJECT);

const pass = (reclaims = false): Promise<PassReport> => {
  let index = 0;
  const courier = {
    carry: async (events: readonly { readonly eventId: string }[]) => ({
      outcome: 'answered' as const,
      answers: new Map(
        events.map(({ eventId }): [string, Answer] => {
          if (rejects((index += 1))) return [eventId, { answer: 'rejected', reason: 'schema' }];
          const answer: Answer = { answer: hub.has(eventId) ? 'duplicate' : 'accepted' };
          hub.add(eventId);
          return [eventId, answer];
        }),
      ),
    }),
  };
  const host = {
    courier,
    learnt: { limits: CONTRACT_LIMITS },
    lamport: new MemoryLamportStore(),
    wallClock: time,
    randomness: new SeededRandomness(),
  };
  const input = { account: ACCOUNT, sharing: 'on', isInsisted: true } as const;
  return runPass(open(), host, { ...input, ...(reclaims ? { reclaimBeforeMs: Infinity } : {}) });
};

const accounting = async (): Promise<Accounting> => {
  const status = await projectStatus(open(), { account: ACCOUNT, sharing: 'on', nowMs: time.nowMs() });
  expect(isBalanced(status.accounting)).toBe(true);
  return status.accounting;
};

/** Numbers without a gap, clocks that rise, every id once. */
const expectWhole = async (): Promise<void> => {
  const ids = new Set<string>();
  let clock = 0;
  for await (const record of open().records()) {
    expect(record.record === ids.size + 1 && clockOf(record) > clock).toBe(true);
    clock = clockOf(record);
    ids.add(record.eventId);
  }
  expect(ids.size).toBe(LIMIT);
};

describe('an outbox at the limits that users have', () => {
  it('is filled to the last event, pauses at too many refusals, empties, and survives the loss of its ledger', async () => {
    const limits = { maxWaiting: LIMIT };
    for (let captured = 0; captured < LIMIT; captured += AT_ONCE) {
      const outcomes = await open().capture(facts(captured + 1, AT_ONCE), limits);
      expect(outcomes.filter(({ outcome }) => outcome !== 'captured')).toEqual([]);
    }
    expect(await open().capture(facts(LIMIT + 1, 1), limits)).toMatchObject([{ reason: 'outbox-full' }]);
    await expectWhole();
    const none = { delivered: 0, duplicate: 0, held: {}, deadLetters: {}, discarded: 0 };
    expect(await accounting()).toEqual({ ...none, captured: LIMIT, pending: LIMIT });

    rejects = () => true;
    const refused = await pass();
    expect(refused.ended).toEqual({ end: 'too-many-exceptions' });
    expect(refused.rejected).toBeGreaterThanOrEqual(MAX_EXCEPTIONS);
    expect(refused.rejected).toBeLessThan(MAX_EXCEPTIONS + CONTRACT_LIMITS.maxEvents);
    expect(await accounting()).toEqual({ ...none, captured: LIMIT, pending: LIMIT });

    rejects = (index) => index % 100 === 0;
    const emptied = await pass();
    expect(emptied).toMatchObject({ delivered: refused.rejected * 0.99, rejected: refused.rejected * 0.01 });
    rejects = () => false;
    const rest = await pass();
    expect(rest.ended).toEqual({ end: 'complete' });
    expect(hub.size).toBe(LIMIT);
    expect(await accounting()).toEqual({ ...none, captured: LIMIT, pending: 0, delivered: LIMIT });
    expect(await pass()).toMatchObject({ delivered: 0, duplicate: 0, ended: { end: 'complete' } });

    const { ledger } = outboxPaths(root.path, PROJECT);
    writeFileSync(ledger, readFileSync(ledger).subarray(1));
    expect(await pass(true)).toMatchObject({ delivered: 0, duplicate: LIMIT });
    expect(await accounting()).toEqual({ ...none, captured: LIMIT, pending: 0, duplicate: LIMIT });
    expect((await open().reading()).first).toBe(LIMIT - 999);
    expect(await open().capture(facts(LIMIT + 2, 1), limits)).toMatchObject([
      { record: LIMIT + 1, waiting: 1 },
    ]);
  }, 600_000);
});
