import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CryptoHash,
  CryptoRandomness,
  NodeMachine,
  NodeTimer,
  SystemWallClock,
  UlidEventIdSource,
} from '../../../src/adapters/host/node-host.js';
import { StderrLog } from '../../../src/adapters/host/log.js';
import {
  ControlledTime,
  RecordingLog,
  SeededRandomness,
  SequentialEventIds,
} from '../../../src/adapters/memory/memory-host.js';
import { isUlid, isUuidV4 } from '../../../src/domain/ids.js';
import type { EventIdSource, Randomness } from '../../../src/ports/host.js';
import { scratchDirectory } from '../../support/scratch-directory.js';

describe.each<[string, () => EventIdSource]>([
  ['UlidEventIdSource', () => new UlidEventIdSource(new ControlledTime())],
  ['SequentialEventIds', () => new SequentialEventIds()],
])('%s', (_name, make) => {
  it('mints valid ULIDs that only grow, also within one millisecond', () => {
    const source = make();
    const ids = Array.from({ length: 500 }, () => source.next());
    expect(ids.every(isUlid)).toBe(true);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(500);
  });
});

it('event ids grow although the wall clock is set back a day', () => {
  const time = new ControlledTime();
  const source = new UlidEventIdSource(time);
  const before = source.next();
  time.set(time.nowMs() - 86_400_000);
  expect(source.next() > before).toBe(true);
});

describe.each<[string, () => Randomness]>([
  ['CryptoRandomness', () => new CryptoRandomness()],
  ['SeededRandomness', () => new SeededRandomness(7)],
])('%s', (_name, make) => {
  it('stays in [0, 1) and mints UUIDs of version 4', () => {
    const randomness = make();
    const values = Array.from({ length: 200 }, () => randomness.next());
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(new Set(values).size).toBeGreaterThan(190);
    const uuids = Array.from({ length: 50 }, () => randomness.uuid());
    expect(uuids.every(isUuidV4)).toBe(true);
    expect(new Set(uuids).size).toBe(50);
  });
});

it('seeded randomness repeats itself', () => {
  expect(new SeededRandomness(3).uuid()).toBe(new SeededRandomness(3).uuid());
  expect(new SeededRandomness(3).uuid()).not.toBe(new SeededRandomness(4).uuid());
});

it('hashes UTF-8', () => {
  expect(new CryptoHash().sha256('é')).toBe(
    '4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c',
  );
});

it('the wall clock is that of the machine', () => {
  const before = Date.now();
  const now = new SystemWallClock().nowMs();
  expect(now >= before && now <= Date.now()).toBe(true);
});

describe('the timer', () => {
  it('wakes after its time, and at once where there is none', async () => {
    await new NodeTimer().sleep(1);
    await new NodeTimer().sleep(0);
    await new NodeTimer().sleep(-5);
  });

  it('wakes as soon as the signal aborts, and never rejects', async () => {
    const abort = new AbortController();
    const sleeping = new NodeTimer().sleep(2 ** 40, abort.signal);
    abort.abort();
    await expect(sleeping).resolves.toBeUndefined();
    await expect(new NodeTimer().sleep(2 ** 40, abort.signal)).resolves.toBeUndefined();
  });
});

describe('controlled time', () => {
  it('wakes sleepers in the order of their times, and no earlier', async () => {
    const time = new ControlledTime(1000);
    const woken: [string, number][] = [];
    const sleep = async (name: string, ms: number) => {
      await time.sleep(ms);
      woken.push([name, time.nowMs()]);
    };
    void sleep('b', 20).then(() => sleep('c', 5));
    void sleep('a', 10);
    await time.advance(9);
    expect(woken).toEqual([]);
    expect(time.sleeping).toBe(2);
    await time.advance(30);
    expect(woken).toEqual([
      ['a', 1010],
      ['b', 1020],
      ['c', 1025],
    ]);
    expect(time.nowMs()).toBe(1039);
  });

  it('wakes a sleeper whose signal aborts', async () => {
    const time = new ControlledTime();
    const abort = new AbortController();
    const sleeping = time.sleep(10, abort.signal);
    abort.abort();
    await sleeping;
    await time.sleep(10, abort.signal);
    await time.sleep(0);
    expect(time.sleeping).toBe(0);
  });
});

describe('the machine', () => {
  const scratch = scratchDirectory();
  const file = (name: string, text: string) => {
    writeFileSync(join(scratch.path, name), text);
    return join(scratch.path, name);
  };

  it('knows host, user and home', () => {
    const machine = new NodeMachine();
    for (const text of [machine.hostname, machine.username, machine.homeDirectory]) expect(text).toMatch(/./);
  });

  it('takes its id from the first file that has one', () => {
    const machine = new NodeMachine({
      machineId: [join(scratch.path, 'missing'), file('unset', 'uninitialized\n'), file('id', 'abc\nrest\n')],
      bootId: [file('boot', 'b-1\n')],
    });
    expect(machine).toMatchObject({ machineId: 'abc', bootId: 'b-1' });
  });

  it('has no id where no file has one', () => {
    const machine = new NodeMachine({ machineId: [file('empty', '\n')], bootId: [] });
    expect([machine.machineId, machine.bootId]).toEqual([undefined, undefined]);
  });
});

describe('the log', () => {
  const lines = (verbose: boolean, say: (log: StderrLog) => void): readonly string[] => {
    const written: string[] = [];
    say(new StderrLog({ write: (text) => written.push(text) }, { verbose }));
    return written;
  };

  it('writes one line for each message, and debug only on request', () => {
    const say = (log: StderrLog) => {
      log.warn('w');
      log.info('i');
      log.debug('d');
    };
    expect(lines(false, say)).toEqual(['warning: w\n', 'i\n']);
    expect(lines(true, say)).toEqual(['warning: w\n', 'i\n', 'debug: d\n']);
  });

  it('scenario 32: shows control characters as visible escapes', () => {
    expect(lines(false, (log) => log.info('a\u001b[31m\r\nb\u202e🚀\u0085'))).toEqual([
      'a\\x1b[31m\\x0d\\x0ab\\u{202e}🚀\\x85\n',
    ]);
  });

  it('goes on when nobody reads', () => {
    const log = new StderrLog({
      write: () => {
        throw new Error('EPIPE');
      },
    });
    expect(() => log.warn('x')).not.toThrow();
  });

  it('can be recorded', () => {
    const log = new RecordingLog();
    log.warn('w');
    log.info('i');
    log.debug('d');
    expect(log.messages('warn')).toEqual(['w']);
    expect(log.entries.map(({ level }) => level)).toEqual(['warn', 'info', 'debug']);
  });
});
