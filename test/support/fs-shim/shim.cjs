'use strict';
/**
 * Preloaded with `node --require`: numbers every file-system call that touches a path below a root, and can end the
 * process at one of them, let it fail, slow syncs down, and keep a log from which a power cut can be replayed.
 *
 * A program that is tested in its own process calls `begin` and `end` of the object under the symbol
 * `spec-kitty-sync/fs-shim`; a program that knows nothing of it is told by the variable `FS_SHIM`, a JSON object with
 * the same fields. See `control.ts` for their meaning.
 */
const fs = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');
const { resolve, sep } = require('node:path');
const { CALLS } = require('./calls.cjs');
const { mayFail } = require('./errnos.cjs');

const raw = { ...fs };
const real = { openSync: raw.openSync, writeSync: raw.writeSync, closeSync: raw.closeSync };

let control;
let calls = 0;
let depth = 0;
let log = [];
let names = [];
let files = new Map();
let sink;

const begin = (wanted) => {
  control = { ...wanted, root: resolve(wanted.root) };
  calls = 0;
  log = [];
  names = [];
  files = new Map();
  sink = wanted.logFile === undefined ? undefined : real.openSync(wanted.logFile, 'a');
  if (wanted.log === true || sink !== undefined) note({ op: 'begin' });
};

/** Stops everything; what was seen since `begin`. `open`: descriptors that are still open. */
const end = () => {
  const seen = { calls, log, names, open: [...files.values()] };
  if (sink !== undefined) real.closeSync(sink);
  control = undefined;
  sink = undefined;
  return seen;
};

const note = (entry) => {
  if (control === undefined) return;
  if (sink !== undefined) real.writeSync(sink, `${JSON.stringify(entry)}\n`);
  else if (control.log === true) log.push(entry);
};

const isBelow = (path) =>
  control !== undefined &&
  (typeof path === 'string' || path instanceof URL || Buffer.isBuffer(path)) &&
  (resolve(String(path)) === control.root || resolve(String(path)).startsWith(control.root + sep));

const placeOf = (call, args) => {
  if (call.descriptor === true) return files.get(args[0]);
  return [args[0], ...(call.second === true ? [args[1]] : [])].find(isBelow);
};

const die = () => {
  process.kill(process.pid, 'SIGKILL');
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
};

const errorOf = (code, syscall, place) =>
  Object.assign(new Error(`${code}: injected, ${syscall} '${place}'`), {
    code,
    errno: -1,
    syscall,
    path: place,
  });

/** Whether this call fails, and how. From `failFrom` on every call fails that can fail so. */
const faultAt = (number, call, args) => {
  const { failAt, failFrom, errno } = control;
  const isMeant = number === failAt || (failFrom !== undefined && number >= failFrom);
  return isMeant && mayFail(errno, call.name, args) ? errno : undefined;
};

const before = (call, args, place) => {
  calls += 1;
  const number = calls;
  names.push(`${call.name} ${String(place).slice(control.root.length + 1)}`);
  if (number >= control.killAt) {
    if (control.kill === 'before') die();
    if (control.kill === 'middle' && call.name === 'writeSync') {
      const written = shortWrite(real.writeSync, args);
      for (const entry of call.entries(args, written)) note(entry);
      die();
    }
  }
  const fault = faultAt(number, call, args);
  if (fault === 'SHORT') return { number, short: true };
  // Whether something exists is answered whatever happens.
  if (fault !== undefined && call.name === 'existsSync') return { number, missing: true };
  if (fault !== undefined) throw errorOf(fault, call.name.replace(/Sync$/, ''), place);
  const isSync = call.name === 'fsyncSync' || call.name === 'fdatasyncSync';
  if (isSync && control.syncMs > 0) pause(control.syncMs);
  return { number };
};

const after = (number) => {
  if (control !== undefined && number >= control.killAt && control.kill === 'after') die();
};

const pause = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

const asBytes = ([, data, offset = 0, length]) => {
  const bytes =
    typeof data === 'string' ? Buffer.from(data) : Buffer.from(data.buffer, data.byteOffset, data.length);
  return typeof data === 'string'
    ? bytes
    : bytes.subarray(offset, length === undefined ? undefined : offset + length);
};

const wrapSync = (call, original) =>
  function wrapped(...args) {
    const place = depth === 0 && control !== undefined ? placeOf(call, args) : undefined;
    if (place === undefined) return original.apply(this, args);
    const { number, short, missing } = before(call, args, place);
    if (missing === true) return false;
    const context = call.look === undefined ? undefined : call.look(raw, args);
    depth += 1;
    let result;
    try {
      result = short === true ? shortWrite(original, args) : original.apply(this, args);
    } catch (error) {
      after(number);
      throw error;
    } finally {
      depth -= 1;
    }
    if (call.name === 'openSync') files.set(result, String(args[0]));
    if (call.name === 'closeSync') files.delete(args[0]);
    for (const entry of call.entries?.(args, result, context, raw) ?? []) note(entry);
    after(number);
    return result;
  };

const shortWrite = (original, args) => {
  const bytes = asBytes(args);
  return original(args[0], bytes, 0, Math.max(1, bytes.length >> 1), args[4] ?? null);
};

const wrapPromise = (call, original) =>
  async function wrapped(...args) {
    const place = control === undefined ? undefined : placeOf(call, args);
    if (place === undefined) return original.apply(this, args);
    const { number } = before(call, args, place);
    const context = call.look === undefined ? undefined : call.look(raw, args);
    let result;
    try {
      result = await original.apply(this, args);
    } catch (error) {
      after(number);
      throw error;
    }
    for (const entry of call.entries?.(args, result, context, raw) ?? []) note(entry);
    after(number);
    return result;
  };

for (const call of CALLS) {
  if (call.promise === true) fs.promises[call.plain] = wrapPromise(call, fs.promises[call.plain]);
  else {
    const { native } = fs[call.name];
    fs[call.name] = wrapSync(call, fs[call.name]);
    if (native !== undefined) fs[call.name].native = wrapSync(call, native);
  }
}
syncBuiltinESMExports();

globalThis[Symbol.for('spec-kitty-sync/fs-shim')] = { begin, end, note };
if (process.env.FS_SHIM !== undefined) {
  begin(JSON.parse(process.env.FS_SHIM));
  // Children are other programs with calls of their own.
  delete process.env.FS_SHIM;
  if (control.countFile !== undefined)
    process.on('exit', () => {
      const { countFile } = control;
      const { calls: count, names: made } = end();
      raw.writeFileSync(countFile, JSON.stringify({ calls: count, names: made }));
    });
}
