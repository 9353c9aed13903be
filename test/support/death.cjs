/**
 * Preloaded into a process, this ends it by SIGKILL before its n-th step, where n is in DEATH_STEP. A step is every call
 * that changes a file, and the start and the end of every child process. A process that lives longer
 * than that writes the number of its steps to the file DEATH_FILE.
 */
const childProcess = require('node:child_process');
const fs = require('node:fs');

const last = Number(process.env.DEATH_STEP);
let steps = 0;

// A hook of git finds here whom it may end.
process.env.DEATH_PID = String(process.pid);

const step = () => {
  steps += 1;
  if (steps === last) process.kill(process.pid, 'SIGKILL');
};

const CHANGES = [
  ...['writeSync', 'writeFileSync', 'appendFileSync', 'ftruncateSync', 'renameSync', 'unlinkSync', 'rmSync'],
  ...['rmdirSync', 'mkdirSync', 'fsyncSync', 'fdatasyncSync', 'copyFileSync', 'linkSync', 'symlinkSync'],
];

const isTerminal = (name, [target]) => name === 'writeSync' && target <= 2;

for (const [holder, names] of [
  [fs, CHANGES],
  [fs.promises, ['writeFile', 'appendFile', 'rename', 'unlink', 'rm', 'rmdir', 'mkdir', 'copyFile']],
]) {
  for (const name of names) {
    const original = holder[name];
    holder[name] = (...args) => {
      if (!isTerminal(name, args)) step();
      return original.apply(holder, args);
    };
  }
}

const { spawn } = childProcess;
childProcess.spawn = (...args) => {
  step();
  const child = spawn(...args);
  step();
  child.once('exit', step);
  return child;
};

process.on('exit', () => {
  if (process.env.DEATH_FILE !== undefined)
    require('node:fs').writeFileSync(process.env.DEATH_FILE, String(steps));
});
