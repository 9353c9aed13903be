import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { processesMarked } from '../support/marked-processes.mjs';
import { inSandbox, type Sandbox } from '../support/sandbox.js';

const ROOT = resolve(import.meta.dirname, '..', '..');

/** Runs the demo as `npm run demo` does after the build. */
const runDemo = async (
  sandbox: Sandbox,
  args: readonly string[] = [],
): Promise<{ readonly code: number; readonly said: string }> => {
  const child = spawn(process.execPath, [join(ROOT, 'scripts', 'demo.mjs'), ...args], {
    cwd: ROOT,
    env: { ...sandbox.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  // Not `close`: a hub that is kept has inherited the pipes of its own only.
  const [code] = (await once(child, 'exit')) as [number];
  return { code, said };
};

const temporaryOf = (sandbox: Sandbox): string => sandbox.env['TMPDIR'] ?? '';

describe('the demo', () => {
  it(
    'scenario 25: ends well, and leaves no process, no directory and nothing in the home',
    () =>
      inSandbox(
        async (sandbox) => {
          const { code, said } = await runDemo(sandbox);
          expect({ code, said }).toEqual({
            code: 0,
            said: expect.stringContaining('every captured event is at the hub'),
          });
          expect(said).toContain('what happened offline arrived after it');
          expect(await readdir(temporaryOf(sandbox))).toEqual([]);
          expect(await readdir(sandbox.home)).toEqual([]);
          expect(existsSync(sandbox.stateRoot)).toBe(false);
          expect(processesMarked('TMPDIR', temporaryOf(sandbox))).toEqual([]);
        },
        { isFirstRun: true },
      ),
    90_000,
  );

  it(
    'scenario 10: what it keeps when asked is a repository whose git status is clean, in every work tree',
    () =>
      inSandbox(async (sandbox) => {
        const { code } = await runDemo(sandbox, ['--keep']);
        const kept = processesMarked('TMPDIR', temporaryOf(sandbox));
        try {
          expect(code).toBe(0);
          // Beside the hub there may be the background process, which leaves by itself.
          expect(kept.filter(({ command }) => command.includes('hub serve'))).toHaveLength(1);
          const [directory = ''] = await readdir(temporaryOf(sandbox));
          const repository = join(temporaryOf(sandbox), directory, 'lighthouse');
          const worktrees = (await sandbox.git(['worktree', 'list', '--porcelain'], repository)).match(
            /^worktree .*$/gm,
          );
          expect(worktrees).toHaveLength(8);
          for (const line of worktrees ?? []) {
            const path = line.slice('worktree '.length);
            expect(await sandbox.git(['status', '--porcelain', '--untracked-files=all'], path)).toBe('');
          }
        } finally {
          for (const { pid } of processesMarked('TMPDIR', temporaryOf(sandbox))) process.kill(pid, 'SIGTERM');
        }
      }),
    90_000,
  );
});
