import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { currentTail } from '../../../src/adapters/outbox/journal-end.js';
import { highestClock, journalExtent, journalRecords } from '../../../src/adapters/outbox/journal-reader.js';
import { JournalWriter } from '../../../src/adapters/outbox/journal-writer.js';
import { outboxPaths, segmentName, type OutboxPaths } from '../../../src/adapters/outbox/outbox-paths.js';
import { encodeHeader, encodeRecord } from '../../../src/adapters/outbox/record-format.js';
import { collect, PROJECT } from '../../support/facts.js';
import { lamportFileOf, NODE_ID } from '../../support/outboxes.js';
import { scratchDirectory } from '../../support/scratch-directory.js';

const root = scratchDirectory();
let paths: OutboxPaths;
let journals: number;

beforeEach(() => {
  paths = outboxPaths(root.path, PROJECT);
  journals = 0;
});

const eventOf = (record: number, filler = '') => ({
  clock: record + 40,
  team: 'local',
  json: `{"event_id":"E${record}","x":"${filler}"}`,
});

const line = (record: number, filler = ''): string => encodeRecord({ record, ...eventOf(record, filler) });

/** Visits the journal, in segments of two records. */
const write = <T>(work: (writer: JournalWriter) => T): T => {
  const writer = new JournalWriter(paths, {
    clock: lamportFileOf(root.path),
    segmentRecords: 2,
    newJournalId: () => `journal-${(journals += 1)}`,
    nowMs: () => 0,
  });
  try {
    writer.lookAhead();
    return work(writer);
  } finally {
    writer.close();
  }
};

const append = (count: number, filler?: string): void => {
  for (let done = 0; done < count; done++) {
    write((writer) => {
      writer.append([eventOf(writer.enter().next, filler)]);
      writer.sync();
    });
  }
};

const read = async (from?: number): Promise<number[]> =>
  (await collect(journalRecords(paths, from))).map(({ record, json }) =>
    json === undefined ? -record : record,
  );

describe('a journal', () => {
  it('begins with its first segment, under a new id', () => {
    lamportFileOf(root.path).store(7, NODE_ID);
    expect(write((writer) => writer.enter())).toMatchObject({
      journal: 'journal-1',
      segmentFirst: 1,
      next: 1,
    });
    expect(readFileSync(paths.current, 'utf8')).toBe(
      encodeHeader({ journal: 'journal-1', first: 1, clock: 7 }),
    );
    expect(currentTail(paths.current)).toMatchObject({ journal: 'journal-1', segmentFirst: 1, next: 1 });
  });

  it('goes on in another segment when one is full, and is read in one piece', async () => {
    append(5);
    expect(readdirSync(paths.segments)).toEqual([segmentName(1), segmentName(3)]);
    expect(await read()).toEqual([1, 2, 3, 4, 5]);
    expect(await read(2)).toEqual([2, 3, 4, 5]);
    expect(await read(4)).toEqual([4, 5]);
    expect(await read(6)).toEqual([]);
    expect(journalExtent(paths)).toEqual({ journal: 'journal-1', first: 1, last: 5 });
    expect(highestClock(paths)).toBe(45);
  });

  it.each([100, 5000, 70_000])('ends where its last record of %d bytes says', (length) => {
    append(2, 'é'.repeat(length / 2));
    expect(currentTail(paths.current)).toMatchObject({ next: 3 });
  });

  it('is missing to those who look before it began', async () => {
    expect(currentTail(paths.current)).toBeUndefined();
    expect(journalExtent(paths)).toBeUndefined();
    expect(await read()).toEqual([]);
    expect(highestClock(paths)).toBe(0);
  });

  it('must be entered before it is written', () => {
    expect(() => write((writer) => writer.append([eventOf(1)]))).toThrow('nobody has entered');
    expect(() => write((writer) => writer.sync())).not.toThrow();
  });

  it('scenario 3: goes on after a process was killed between sealing a segment and beginning the next', async () => {
    append(2);
    mkdirSync(paths.segments);
    renameSync(paths.current, join(paths.segments, segmentName(1)));
    expect(await read()).toEqual([1, 2]);
    expect(journalExtent(paths)).toEqual({ journal: 'journal-1', first: 1, last: 2 });
    expect(highestClock(paths)).toBe(42);
    expect(write((writer) => writer.enter())).toMatchObject({
      journal: 'journal-1',
      segmentFirst: 3,
      next: 3,
    });
    append(1);
    expect(await read()).toEqual([1, 2, 3]);
  });

  it('keeps a whole last record that only lost its newline', async () => {
    append(1);
    appendFileSync(paths.current, line(2).slice(0, -1));
    expect(await read()).toEqual([1]);
    expect(write((writer) => writer.enter()).next).toBe(3);
    expect(await read()).toEqual([1, 2]);
  });

  it('keeps a whole last record whose newline is damaged', async () => {
    append(1);
    appendFileSync(paths.current, line(2).replace('\n', 'J'));
    expect(write((writer) => writer.enter()).next).toBe(3);
    expect(await read()).toEqual([1, 2]);
  });

  it('moves a torn tail aside and goes on with its number', async () => {
    append(1);
    appendFileSync(paths.current, line(2).slice(0, 30));
    append(1);
    expect(await read()).toEqual([1, 2]);
    expect(readFileSync(paths.torn, 'utf8')).toContain(Buffer.from(line(2).slice(0, 30)).toString('base64'));
  });

  it('gives the number of a damaged last record to nobody else', async () => {
    append(1);
    appendFileSync(paths.current, 'damage\n');
    append(1);
    expect(await read()).toEqual([1, -2, 3]);
  });

  it('goes on as another journal when nothing says which one it is', async () => {
    append(2);
    const [, ...records] = readFileSync(paths.current, 'utf8').split('\n');
    writeFileSync(paths.current, ['damage', ...records].join('\n'));
    expect(journalExtent(paths)?.journal).toBe('');
    expect(write((writer) => writer.enter())).toMatchObject({
      journal: 'journal-2',
      segmentFirst: 3,
      next: 3,
    });
    expect(await read()).toEqual([1, 2]);
    expect(journalExtent(paths)).toEqual({ journal: 'journal-2', first: 1, last: 2 });
  });

  it('goes on as the same journal when its newest sealed segment says which one it is', async () => {
    append(3);
    writeFileSync(paths.current, `damage\n${line(3)}`);
    expect(journalExtent(paths)).toEqual({ journal: 'journal-1', first: 1, last: 3 });
    expect(write((writer) => writer.enter())).toMatchObject({
      journal: 'journal-1',
      segmentFirst: 4,
      next: 4,
    });
    expect(await read()).toEqual([1, 2, 3]);
  });

  it.each(['', '{"sum":"'])('begins its segment again when of the file is left %j', async (left) => {
    append(4);
    writeFileSync(paths.current, left);
    append(3);
    expect(await read()).toEqual([1, 2, 3, 4, 5]);
  });

  it('shows the records that should lie between two segments as damaged', async () => {
    append(7);
    rmSync(join(paths.segments, segmentName(3)));
    expect(await read()).toEqual([1, 2, -3, -4, 5, 6, 7]);
    expect(await read(4)).toEqual([-4, 5, 6, 7]);
    writeFileSync(join(paths.segments, segmentName(5)), `damage\n${line(5)}`);
    expect(await read(5)).toEqual([5, -6, 7]);
  });

  it('does not miss the segments that were reclaimed before', async () => {
    append(7);
    rmSync(join(paths.segments, segmentName(1)));
    rmSync(join(paths.segments, segmentName(3)));
    expect(await read()).toEqual([5, 6, 7]);
    expect(journalExtent(paths)).toMatchObject({ first: 5, last: 7 });
  });

  it('is not taken for a short one when its open segment cannot be read', async () => {
    append(3);
    rmSync(paths.current);
    mkdirSync(paths.current);
    expect(() => journalExtent(paths)).toThrow(/EISDIR|EPERM/);
    await expect(collect(journalRecords(paths))).rejects.toMatchObject({ kind: 'storage-failed' });
  });

  it('passes over files that are no segments', async () => {
    append(3);
    for (const name of ['.x.tmp', '1.jsonl', `${segmentName(9)}~`])
      writeFileSync(join(paths.segments, name), '');
    utimesSync(paths.segments, 0, 0);
    expect(await read()).toEqual([1, 2, 3]);
  });
});

describe('a reader of a journal that is written meanwhile', () => {
  it('misses nothing when segments are sealed while it reads', async () => {
    append(1);
    const seen: number[] = [];
    for await (const { record } of journalRecords(paths)) {
      seen.push(record);
      if (record <= 9) append(3);
    }
    expect(seen.length).toBeGreaterThan(0);
    expect(seen).toEqual(seen.map((_, index) => index + 1));
  });

  it('misses nothing whenever a rotation takes place between its looks', async () => {
    append(2);
    const records = journalRecords(paths);
    const reading = collect(records);
    append(3);
    const seen = (await reading).map(({ record }) => record);
    expect(seen).toEqual(seen.map((_, index) => index + 1));
    expect(seen.length).toBeGreaterThanOrEqual(2);
  });

  it('goes on with what is left when segments are reclaimed while it reads', async () => {
    append(9);
    const seen: number[] = [];
    for await (const { record, json } of journalRecords(paths)) {
      seen.push(json === undefined ? -record : record);
      if (record === 1) for (const first of [1, 3, 5]) rmSync(join(paths.segments, segmentName(first)));
    }
    expect(seen).toEqual([1, 2, 7, 8, 9]);
  });
});
