// A program that does what its first argument says, as JSON: print, read, leave something running, and end somehow.
const { spawn } = require('node:child_process');
const { readFileSync, writeFileSync } = require('node:fs');

const {
  prints = [],
  errors = [],
  raw,
  echoes,
  files = {},
  leaves = [],
  ignores,
  hangs,
  dies,
  code = 0,
} = JSON.parse(process.argv[2]);
if (ignores) process.on('SIGTERM', () => undefined);
for (const [path, text] of Object.entries(files)) writeFileSync(path, text);
for (const line of prints) process.stdout.write(`${line}\n`);
for (const line of errors) process.stderr.write(`${line}\n`);
if (raw !== undefined) process.stdout.write(Buffer.from(raw, 'base64'));
if (echoes === 'input') process.stdout.write(readFileSync(0, 'utf8'));
if (echoes === 'place') process.stdout.write(`${process.cwd()} ${process.env.WHO} ${process.env.GIT_DIR}\n`);
const started = leaves.map(({ away, holds }) => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], {
    detached: away === true,
    stdio: holds === true ? 'inherit' : 'ignore',
  });
  child.unref();
  return child.pid;
});
if (started.length > 0) process.stdout.write(`started ${started.join(' ')}\n`);
if (dies !== undefined) process.kill(process.pid, dies);
if (hangs) setInterval(() => undefined, 1000);
else process.exitCode = code;
