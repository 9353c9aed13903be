import type { LogEntry } from '../support/fs-shim/control.js';
import { replay, type Tree } from '../support/fs-shim/replay.js';
import { chanceOf } from './tally.js';

const START: Tree = new Map<string, Buffer | 'directory'>([
  ['/top', 'directory'],
  ['/top/log', Buffer.from('one\n')],
]);

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const append = (fd: number, path: string, text: string, created = false): LogEntry[] => [
  { op: 'open', fd, path, created, truncated: false, append: true },
  { op: 'write', fd, data: base64(text) },
];

/** Every content that the path can have after a power cut; `gone` where it has no name. */
const outcomes = (log: readonly LogEntry[], path: string): ReadonlySet<string> =>
  new Set(
    Array.from(
      { length: 200 },
      (_, seed) => replay(START, log, chanceOf(seed)).get(path)?.toString() ?? 'gone',
    ),
  );

describe('the replay of a power cut', () => {
  it('keeps what was synced, and tears what was not at any byte', () => {
    const log = append(3, '/top/log', 'two\n');
    expect(outcomes([...log, { op: 'sync', fd: 3 }], '/top/log')).toEqual(new Set(['one\ntwo\n']));
    const torn = outcomes(log, '/top/log');
    for (const text of ['one\n', 'one\ntw', 'one\ntwo\n']) expect(torn).toContain(text);
  });

  it('can lose a file whose bytes were synced and whose name was not', () => {
    const log: LogEntry[] = [...append(3, '/top/made', 'x', true), { op: 'sync', fd: 3 }];
    expect(outcomes(log, '/top/made')).toEqual(new Set(['x', 'gone']));
    const named: LogEntry[] = [
      { op: 'open', fd: 4, path: '/top', created: false, truncated: false, append: false },
      { op: 'sync', fd: 4 },
    ];
    expect(outcomes([...log, ...named], '/top/made')).toEqual(new Set(['x']));
  });

  it('shows a file before or after a rename, and empty when its bytes were not synced', () => {
    const log: LogEntry[] = [
      ...append(3, '/top/.log.tmp', 'new', true),
      { op: 'close', fd: 3 },
      { op: 'rename', from: '/top/.log.tmp', to: '/top/log' },
    ];
    const seen = outcomes(log, '/top/log');
    for (const text of ['one\n', 'new', '']) expect(seen).toContain(text);
    expect(seen).not.toContain('gone');
  });

  it('loses everything below a directory that has no name yet', () => {
    const log: LogEntry[] = [
      { op: 'mkdir', path: '/top/box' },
      ...append(3, '/top/box/file', 'x', true),
      { op: 'sync', fd: 3 },
      { op: 'open', fd: 4, path: '/top/box', created: false, truncated: false, append: false },
      { op: 'sync', fd: 4 },
    ];
    expect(outcomes(log, '/top/box/file')).toEqual(new Set(['x', 'gone']));
  });

  it('gives the same tree for the same seed', () => {
    const log = append(3, '/top/log', 'two\n');
    expect(replay(START, log, chanceOf(7))).toEqual(replay(START, log, chanceOf(7)));
  });
});
