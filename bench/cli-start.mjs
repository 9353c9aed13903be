import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare } from './lib/compare.mjs';
import { processContestant, runProcess } from './lib/processes.mjs';

/** What a start costs, from `fork` to exit, beside a Node process that does nothing. */
const BIN = fileURLToPath(new URL('../dist/bin/spec-kitty.cjs', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'spec-kitty-bench-'));
const stateRoot = join(home, 'state');
mkdirSync(stateRoot, { mode: 0o700 });
const { NODE_EXTRA_CA_CERTS: _certificates, ...inherited } = process.env;
const env = { ...inherited, HOME: home, USERPROFILE: home, SPEC_KITTY_HOME: stateRoot };

/** A project with one work package, ready to be moved. */
const makeProject = () => {
  const directory = join(home, 'project');
  const feature = join(directory, 'kitty-specs', '001-start');
  mkdirSync(join(feature, 'tasks'), { recursive: true });
  const text = '---\nwork_package_id: WP01\ntitle: Start\nlane: planned\n---\n# WP01\n\n## Activity Log\n';
  writeFileSync(join(feature, 'tasks', 'WP01-start.md'), text);
  writeFileSync(join(feature, 'tasks.md'), '# Tasks\n\n## Work Package WP01: Start\n');
  const git = (...args) => execFileSync('git', args, { cwd: directory, env, stdio: 'ignore' });
  git('init', '--initial-branch', 'main');
  git('config', 'user.name', 'Bench');
  git('config', 'user.email', 'bench@example.invalid');
  git('add', '.');
  git('commit', '--message', 'Start');
  execFileSync(process.execPath, [BIN, 'init'], { cwd: directory, env, stdio: 'ignore' });
  return directory;
};

try {
  const project = makeProject();
  // Each transition is undone by the next one, so every round does the same work.
  let lane = 'planned';
  const moveTask = () => {
    lane = lane === 'doing' ? 'planned' : 'doing';
    return runProcess([BIN, 'agent', 'tasks', 'move-task', 'WP01', '--to', lane], { env, cwd: project });
  };
  await compare({
    work: 'whole process: start',
    floor: 'node -e 0',
    rounds: 15,
    contestants: [
      processContestant('node -e 0', ['-e', '0'], { env }),
      processContestant('--version', [BIN, '--version'], { env, goal: 1.5 }),
      processContestant('--help', [BIN, '--help'], { env }),
      processContestant('--help, no code cache', [BIN, '--help'], {
        env: { ...env, SPEC_KITTY_NO_CODE_CACHE: '1' },
      }),
      processContestant('completion bash', [BIN, 'completion', 'bash'], { env }),
      processContestant('sync status', [BIN, 'sync', 'status'], { env, cwd: project, goal: 3 }),
      { name: 'agent tasks move-task', goal: 3, run: async () => void (await moveTask()) },
    ],
  });
} finally {
  rmSync(home, { recursive: true, force: true });
}
