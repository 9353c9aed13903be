import * as judge from '../../../src/app/reports/judge-machine.js';
import { inOrder, note, problem, warning, type Judged } from '../../../src/app/reports/finding.js';
import { recountOutbox, type Recount } from '../../../src/app/reports/recount-outbox.js';
import { DeliveryWorld } from '../../support/delivery-world.js';
import { PROJECT } from '../../support/facts.js';

const sound: Recount = {
  projectUuid: PROJECT,
  captured: 3,
  accountedFor: 3,
  balanced: true,
  waiting: 0,
  deadLetters: 0,
  records: 3,
  settled: 3,
  damaged: 0,
  counted: 3,
  repeated: 0,
  highestClock: 3,
  beside: { refused: 0, withdrawn: 0, waitingForLock: 0, tornTails: 0 },
};

const files = { root: '/state', exists: true, loose: [], stale: [], inaccessible: [], busyLocks: [] };
const judgeOutboxes = (recounts: readonly Recount[], most: number) =>
  recounts.flatMap((recount) => [...judge.judgeOutbox(recount, most)]);
const judgeClock = (...given: Parameters<typeof judge.judgeClock>) => [...judge.judgeClock(...given)];
const judgeFiles = (...given: Parameters<typeof judge.judgeFiles>) => [...judge.judgeFiles(...given)];
const judgeDisk = (...given: Parameters<typeof judge.judgeDisk>) => [...judge.judgeDisk(...given)];
const judgeBackground = (...given: Parameters<typeof judge.judgeBackground>) => [
  ...judge.judgeBackground(...given),
];
const severities = (findings: readonly Judged[]) => findings.map(({ severity }) => severity);

describe('a recount of an outbox', () => {
  it('is that of the records, and of the ledger beside them', async () => {
    const world = new DeliveryWorld();
    const account = await world.signIn();
    await world.capture(3, account);
    await world.flush();
    await world.capture(2, account);
    const situation = { account, sharing: 'on' as const, nowMs: world.time.nowMs() };
    expect(await recountOutbox(world.outboxes.open(PROJECT), situation)).toMatchObject({
      ...{ captured: 5, accountedFor: 5, balanced: true, waiting: 2, records: 5, settled: 3, counted: 3 },
      ...{ damaged: 0, repeated: 0, highestClock: 5, lastReceiptAtMs: world.time.nowMs() },
    });
  });
});

describe('what an examination thinks of outboxes', () => {
  it('is nothing when all is well', () => {
    expect(judgeOutboxes([sound], 100)).toEqual([]);
  });

  it.each<[string, Partial<Recount>, Judged['severity'], string]>([
    ['counts that do not add up', { balanced: false, accountedFor: 2 }, 'problem', '2 are accounted for'],
    ['more settled than counted', { counted: 2 }, 'problem', 'only 2 are counted'],
    ['ids that are there twice', { repeated: 1 }, 'problem', '1 event ids are there twice'],
    ['decisions that nobody can read', { decisionsUnreadable: 'torn' }, 'problem', 'torn'],
    ['a full outbox', { waiting: 100 }, 'problem', '100 events wait'],
    ['an outbox that fills up', { waiting: 80 }, 'warning', '80 events wait'],
    ['damage', { damaged: 1, deadLetters: 1 }, 'warning', '1 records are damaged'],
    ['dead letters', { deadLetters: 2 }, 'warning', '2 events were given up on'],
    ['refusals', { beside: { ...sound.beside, refused: 4 } }, 'note', '4 events were refused'],
    ['torn tails', { beside: { ...sound.beside, tornTails: 1 } }, 'note', '1 times'],
  ])('names %s', (_name, change, severity, words) => {
    expect(judgeOutboxes([{ ...sound, ...change }], 100)).toMatchObject([
      { severity, message: expect.stringContaining(words) },
    ]);
  });

  it('can be put right by itself where events only wait for the lock', () => {
    const waiting = { ...sound, projectUuid: undefined, beside: { ...sound.beside, waitingForLock: 2 } };
    expect(judgeOutboxes([waiting], 100)).toMatchObject([
      { severity: 'warning', fix: { fix: 'seal-waiting', projectUuid: undefined } },
    ]);
  });

  it('holds both clocks against the records', () => {
    const reading = { value: 2, nodeId: 'aaaaaaaaaaaa' };
    expect(judgeClock(reading, [sound], 0)).toMatchObject([{ severity: 'problem' }]);
    expect(judgeClock({ ...reading, value: 3 }, [sound], 0)).toEqual([]);
    expect(judgeClock(undefined, [{ ...sound, lastReceiptAtMs: 120_000 }], 0)).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('1970-01-01 00:02') },
    ]);
  });
});

describe('what an examination thinks of files and processes', () => {
  it('names files, disk and locks', () => {
    const bad = {
      ...files,
      inaccessible: ['clock.json'],
      loose: ['a', 'b', 'c', 'd', ''],
      freeBytes: 50 * 1024 * 1024,
      networkFileSystem: 'NFS',
      stale: ['.x'],
      busyLocks: ['lock', 'locks/background', 'locks/sender-x'],
    };
    const found = judgeFiles(bad);
    expect(severities(found)).toEqual(['problem', 'problem', 'note']);
    expect(severities(judgeDisk(bad))).toEqual(['warning', 'warning']);
    expect(severities(judge.judgeLocks(bad))).toEqual(['note', 'note', 'note']);
    expect(found[1]?.message).toContain('a, b, c and 2 more');
    expect(judgeDisk({ ...files, freeBytes: 1 })).toMatchObject([{ severity: 'problem' }]);
    expect([...judgeFiles(files), ...judgeDisk(files)]).toEqual([]);
  });

  it('names a background process that is silent or older', () => {
    const heartbeat = {
      ...{ version: '1.0.0', processId: 7, startedAtMs: 0, atMs: 0, progressAtMs: 0, ageMs: 90_000 },
      connection: 'Connected' as const,
    };
    const reading = { connection: 'Connected' as const, heartbeat };
    expect(judgeBackground({ ...reading, state: 'silent' }, '1.0.0')).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('90 s') },
    ]);
    expect(judgeBackground({ ...reading, state: 'running' }, '1.1.0')).toMatchObject([{ severity: 'note' }]);
    expect(judgeBackground({ ...reading, state: 'running' }, '1.0.0')).toEqual([]);
    expect(judgeBackground({ ...reading, state: 'not running' }, '1.1.0')).toEqual([]);
    expect(judgeBackground({ state: 'running', connection: 'Offline' }, '1.1.0')).toEqual([]);
  });

  it('tells the most urgent first', () => {
    const found = inOrder([
      ['files', [note('', '')]],
      ['clock', [problem('', '')]],
      ['hub', [warning('', '')]],
    ]);
    expect(found.map(({ check, severity }) => [check, severity])).toEqual([
      ['clock', 'problem'],
      ['hub', 'warning'],
      ['files', 'note'],
    ]);
  });
});
