'use strict';
/**
 * The calls of `node:fs` that the program makes, and what each of them does to a disk, as entries of the durability
 * log. `look` runs before the call; `entries` after it.
 */
const { dirname } = require('node:path');

const isWriting = (flags) =>
  typeof flags === 'number' ? (flags & 3) !== 0 : typeof flags === 'string' && flags !== 'r';

const exists = (raw, path) => raw.lstatSync(path, { throwIfNoEntry: false }) !== undefined;

const text = (path) => String(path);

const bytesOf = ([, data, offset = 0], written) =>
  typeof data === 'string'
    ? Buffer.from(data).subarray(0, written)
    : Buffer.from(data.buffer, data.byteOffset + offset, written);

const reading = (name, extra = {}) => ({ name, ...extra });

const SYNC = [
  {
    name: 'openSync',
    look: (raw, [path]) => exists(raw, path),
    entries: ([path, flags = 'r'], fd, existed) => [
      {
        op: 'open',
        fd,
        path: text(path),
        created: !existed,
        truncated: typeof flags === 'string' && flags.startsWith('w') && existed,
        append: typeof flags === 'string' ? flags.startsWith('a') : (flags & 1024) !== 0,
        writes: isWriting(flags),
      },
    ],
  },
  { name: 'closeSync', descriptor: true, entries: ([fd]) => [{ op: 'close', fd }] },
  {
    name: 'writeSync',
    descriptor: true,
    entries: (args, written) => [
      { op: 'write', fd: args[0], at: args[4] ?? undefined, data: bytesOf(args, written).toString('base64') },
    ],
  },
  { name: 'fsyncSync', descriptor: true, entries: ([fd]) => [{ op: 'sync', fd }] },
  { name: 'fdatasyncSync', descriptor: true, entries: ([fd]) => [{ op: 'sync', fd }] },
  {
    name: 'ftruncateSync',
    descriptor: true,
    entries: ([fd, size = 0]) => [{ op: 'truncate', fd, size }],
  },
  { name: 'truncateSync', entries: ([path, size = 0]) => [{ op: 'truncate', path: text(path), size }] },
  {
    name: 'renameSync',
    second: true,
    entries: ([from, to]) => [{ op: 'rename', from: text(from), to: text(to) }],
  },
  { name: 'unlinkSync', entries: ([path]) => [{ op: 'unlink', path: text(path) }] },
  { name: 'rmdirSync', entries: ([path]) => [{ op: 'unlink', path: text(path) }] },
  {
    name: 'rmSync',
    look: (raw, [path]) => exists(raw, path),
    entries: ([path], _result, existed) => (existed ? [{ op: 'unlink', path: text(path) }] : []),
  },
  {
    name: 'mkdirSync',
    look: (raw, [path]) => {
      const made = [];
      for (let at = text(path); !exists(raw, at); at = dirname(at)) made.unshift(at);
      return made;
    },
    entries: (_args, _result, made) => made.map((path) => ({ op: 'mkdir', path })),
  },
  {
    name: 'writeFileSync',
    look: (raw, [path]) => exists(raw, path),
    entries: ([path, data], _result, existed) => whole(path, data, existed, false),
  },
  {
    name: 'appendFileSync',
    look: (raw, [path]) => exists(raw, path),
    entries: ([path, data], _result, existed) => whole(path, data, existed, true),
  },
  { name: 'fchmodSync', descriptor: true },
  { name: 'fstatSync', descriptor: true },
  { name: 'readSync', descriptor: true },
  ...['readFileSync', 'readdirSync', 'statSync', 'lstatSync', 'existsSync', 'realpathSync', 'chmodSync'].map(
    (name) => reading(name),
  ),
];

/** A file written in one call: opened, emptied or not, written, never synced. */
const whole = (path, data, existed, append) => [
  {
    op: 'open',
    fd: -1,
    path: text(path),
    created: !existed,
    truncated: existed && !append,
    append,
    writes: true,
  },
  { op: 'write', fd: -1, data: Buffer.from(data).toString('base64') },
  { op: 'close', fd: -1 },
];

const promised = (plain) => {
  const same = SYNC.find(({ name }) => name === `${plain}Sync`) ?? { name: `${plain}Sync` };
  return { ...same, plain, promise: true };
};

const PROMISES = [
  'readFile',
  'readdir',
  'realpath',
  'stat',
  'unlink',
  'mkdir',
  'rename',
  'rm',
  'writeFile',
  'access',
];

exports.CALLS = [...SYNC, ...PROMISES.map(promised)];
