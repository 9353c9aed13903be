'use strict';
/**
 * Which calls can fail with which error. `SHORT` is no error: a write takes fewer bytes than it was given. A full disk
 * lets everybody read and remove; a file system that turned read-only lets everybody read.
 */
const MAKING = ['mkdirSync', 'renameSync', 'writeFileSync', 'appendFileSync'];
const REMOVING = ['unlinkSync', 'rmSync', 'rmdirSync'];
const WRITING = ['writeSync', ...MAKING];
const LOOKING = [
  'readFileSync',
  'readdirSync',
  'statSync',
  'lstatSync',
  'realpathSync',
  'existsSync',
  'accessSync',
];
const OPENING = ['openSync', 'readFileSync', 'readdirSync', 'writeFileSync', 'appendFileSync'];

const CAN = {
  SHORT: ['writeSync'],
  ENOSPC: [...WRITING, 'fsyncSync', 'fdatasyncSync'],
  EROFS: [...MAKING, ...REMOVING, 'truncateSync', 'chmodSync', 'fchmodSync', 'writeSync', 'ftruncateSync'],
  EACCES: [...MAKING, ...REMOVING, ...LOOKING, 'openSync', 'truncateSync', 'chmodSync'],
  EMFILE: OPENING,
  EIO: [
    ...WRITING,
    ...REMOVING,
    ...LOOKING,
    ...['openSync', 'readSync', 'fstatSync', 'fsyncSync', 'fdatasyncSync', 'ftruncateSync', 'truncateSync'],
  ],
};

const isForWriting = (flags = 'r') => (typeof flags === 'number' ? (flags & 3) !== 0 : flags !== 'r');

/** Errors that a test lets happen. */
exports.ERRNOS = Object.keys(CAN);

exports.mayFail = (errno, name, args) => {
  if (name === 'openSync' && (errno === 'ENOSPC' || errno === 'EROFS')) return isForWriting(args[1]);
  return CAN[errno].includes(name);
};
