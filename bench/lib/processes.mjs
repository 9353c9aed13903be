import { spawn } from 'node:child_process';

/** Runs a whole process, from start to exit, and fails when it does. Resolves to what it wrote to stdout. */
export const runProcess = (args, { cwd, env } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve(stdout) : reject(new Error(`${args.join(' ')} ended with ${code}: ${stderr}`)),
    );
  });

/** A process whose starts are measured: `contestant('name', ['script.cjs', '--version'])`. */
export const processContestant = (name, args, { goal, ...options } = {}) => ({
  name,
  ...(goal === undefined ? {} : { goal }),
  run: async () => {
    await runProcess(args, options);
  },
});
