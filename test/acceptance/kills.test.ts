import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sharedHubProcess } from '../support/hub-process.js';
import {
  pathOf,
  smallFeature,
  workPackageText,
  type WorkPackageSeed,
} from '../support/planning-documents.js';
import { ask, makeProject, signIn, succeed } from '../support/project.js';
import { expectAccounted, idsOf, journalOf, typesOf } from '../support/recount.js';
import { runCli } from '../support/run-cli.js';
import { createSandbox, inSandbox, type Sandbox } from '../support/sandbox.js';

const hub = sharedHubProcess();

const SHIM = join(import.meta.dirname, '..', 'support', 'death.cjs');
/** More steps than any command takes: the loop ends with the first run that lives. */
const LONGEST_LIFE = 60;

const INTENT = join('.git', 'spec-kitty', 'intent.json');

const pad = (n: number): string => String(n).padStart(2, '0');

const workPackages = (seed: WorkPackageSeed): Record<string, WorkPackageSeed> =>
  Object.fromEntries(Array.from({ length: LONGEST_LIFE }, (_, index) => [`WP${pad(index + 1)}`, seed]));

const ALL_OF_THEM = `[${Object.keys(workPackages({})).join(', ')}]`;

const features = (): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: LONGEST_LIFE }, (_, index) => `kitty-specs/0${pad(index + 1)}-alpha`).flatMap(
      (folder) => [
        [`${folder}/tasks.md`, '## WP01\n\nDo it.\n\n## WP02\n\nDepends on WP01\n'],
        [`${folder}/tasks/WP01-work.md`, workPackageText('WP01')],
        [`${folder}/tasks/WP02-work.md`, workPackageText('WP02')],
      ],
    ),
  );

interface Victim {
  readonly name: string;
  readonly seed: Readonly<Record<string, string>>;
  /** What the n-th process is to do; no two of them do the same. */
  readonly args: (n: number) => readonly string[];
  /** A command that may follow the n-th one after its death. Absent: the same again, which then does what is left. */
  readonly next?: (n: number) => readonly string[];
  /** The events of the n-th piece of work, in order and in short. */
  readonly events: (n: number) => readonly string[];
  /** The feature or work package by which they are recognised in the journal. */
  readonly feature?: (n: number) => string;
  readonly file: (n: number) => string;
  /** What stands in that file once the work was done, and not before. */
  readonly trace: (n: number) => string;
}

const wp = (n: number): string => `WP${pad(n)}`;

const feature = (n: number): string => `0${pad(n)}-alpha`;

const VICTIMS: readonly Victim[] = [
  {
    name: 'add-history',
    seed: smallFeature(workPackages({})),
    args: (n) => ['agent', 'tasks', 'add-history', wp(n), '--note', `note-${n}-end`],
    next: (n) => ['agent', 'tasks', 'add-history', wp(LONGEST_LIFE), '--note', `after-${n}-end`],
    events: (n) => [`HistoryAdded ${wp(n)}`],
    file: (n) => pathOf(wp(n)),
    trace: (n) => `note-${n}-end`,
  },
  {
    name: 'move-task',
    seed: smallFeature(workPackages({})),
    args: (n) => ['agent', 'tasks', 'move-task', wp(n), '--to', 'doing'],
    events: (n) => [`WPStatusChanged ${wp(n)}`],
    file: (n) => pathOf(wp(n)),
    trace: () => 'lane: "doing"',
  },
  {
    name: 'implement',
    seed: smallFeature(workPackages({})),
    args: (n) => ['implement', wp(n)],
    events: (n) => [`WPStatusChanged ${wp(n)}`],
    file: (n) => pathOf(wp(n)),
    trace: () => 'lane: "doing"',
  },
  {
    name: 'accept',
    seed: smallFeature({ ...workPackages({ lane: 'for_review' }), WP98: { dependencies: ALL_OF_THEM } }),
    args: (n) => ['accept', wp(n)],
    events: (n) => [`WPStatusChanged ${wp(n)}`, `DependencyResolved WP98`],
    file: (n) => pathOf(wp(n)),
    trace: () => 'lane: "done"',
  },
  {
    name: 'finalize-tasks',
    seed: features(),
    args: (n) => ['agent', 'feature', 'finalize-tasks', '--feature', feature(n)],
    events: (n) => [`FeatureCreated ${feature(n)}`, 'WPCreated WP01', 'WPCreated WP02'],
    feature,
    file: (n) => `kitty-specs/${feature(n)}/meta.json`,
    trace: () => '"announced"',
  },
];

/** The events of the n-th piece of work that the journal has. */
const capturedOf = async (
  sandbox: Sandbox,
  { feature: of }: Victim,
  n: number,
): Promise<readonly string[]> => {
  const journal = await journalOf(sandbox);
  return typesOf(
    journal.filter(({ aggregate_id: about, payload }) =>
      of === undefined
        ? about === wp(n) || payload['dependency_wp_id'] === wp(n)
        : payload['feature_slug'] === of(n),
    ),
  );
};

/** Runs a command that dies before its n-th step. `true`: it did. */
const dies = async (sandbox: Sandbox, args: readonly string[], n: number): Promise<boolean> => {
  const env = { NODE_OPTIONS: `--require=${SHIM}`, DEATH_STEP: String(n) };
  const { code, signal, stdout, stderr } = await runCli(sandbox, [...args, '--json'], { env });
  if (signal !== 'SIGKILL' && code !== 0) throw new Error(`${args.join(' ')} at ${n}: ${stdout}${stderr}`);
  return signal === 'SIGKILL';
};

const textOf = (sandbox: Sandbox, path: string): Promise<string> =>
  readFile(join(sandbox.project, path), 'utf8').catch(() => '');

const isDone = async (sandbox: Sandbox, { file, trace }: Victim, n: number): Promise<boolean> =>
  (await textOf(sandbox, file(n))).includes(trace(n));

const expectSettled = async (sandbox: Sandbox, n: number): Promise<void> => {
  const [intent, status] = [await textOf(sandbox, INTENT), await sandbox.git(['status', '--porcelain'])];
  // A forgotten intent keeps one byte of its file.
  expect({ n, intent: intent.slice(1), status }).toEqual({ n, intent: '', status: '' });
};

describe('a command that is killed', () => {
  it.each(VICTIMS)(
    'scenario 30: $name, before every one of its steps: the next command or pass finds what it left, and its events are there once',
    async (victim) => {
      const { seed, args, next, events } = victim;
      const sandbox = await createSandbox();
      try {
        const project = await makeProject(sandbox, seed);
        await signIn(sandbox, hub.url);
        let deaths = 0;
        const ends = new Set<boolean>();
        while (await dies(sandbox, args(deaths + 1), deaths + 1)) {
          const n = ++deaths;
          // A work tree that is half made is nobody's untracked file.
          expect(await sandbox.git(['status', '--porcelain'])).not.toContain('.worktrees');
          if (n % 2 === 0 || next !== undefined) {
            // A pass, or a command about something else, brings the work to one of its two ends.
            if (n % 2 === 0) await ask(sandbox, ['sync', 'now']);
            else await succeed(sandbox, next!(n));
            await expectSettled(sandbox, n);
            const done = await isDone(sandbox, victim, n);
            ends.add(done);
            expect({ n, captured: await capturedOf(sandbox, victim, n) }).toEqual({
              n,
              captured: done ? events(n) : [],
            });
          }
          if (next !== undefined) continue;
          // Called once more, the command does what is left to do, if anything.
          await succeed(sandbox, args(n));
          await expectSettled(sandbox, n);
          expect(await isDone(sandbox, victim, n)).toBe(true);
          expect({ n, captured: await capturedOf(sandbox, victim, n) }).toEqual({ n, captured: events(n) });
        }
        expect(deaths).toBeGreaterThan(10);
        expect(ends).toEqual(new Set([true, false]));
        expect(await ask(sandbox, ['sync', 'now'])).toMatchObject({ code: 0, document: { left: 0 } });
        const stored = idsOf((await hub.events(project)).map(({ event }) => event));
        expect(stored).toEqual(idsOf(await journalOf(sandbox)));
        await expectAccounted(sandbox, { atHub: stored });
      } finally {
        await sandbox.dispose();
      }
    },
    120_000,
  );

  it.each(['pre-commit', 'prepare-commit-msg', 'commit-msg', 'post-commit', 'reference-transaction'])(
    'scenario 30: killed by the hook %s, with git still at work, its event is there once and its file is committed or as before',
    (name) =>
      inSandbox(async (sandbox) => {
        await makeProject(sandbox, smallFeature({ WP01: {}, WP02: {} }));
        const path = join(sandbox.project, '.git', 'hooks', name);
        await mkdir(join(path, '..'), { recursive: true });
        await writeFile(path, `#!/bin/sh\n[ -n "$DEATH_PID" ] && kill -9 "$DEATH_PID"\nexit 0\n`);
        await chmod(path, 0o755);
        const move = ['agent', 'tasks', 'move-task', 'WP01', '--to', 'doing'];
        expect(await dies(sandbox, move, Number.MAX_SAFE_INTEGER)).toBe(true);
        await rm(path);
        await succeed(sandbox, ['agent', 'tasks', 'add-history', 'WP02', '--note', 'next']);
        await succeed(sandbox, move);
        expect([...typesOf(await journalOf(sandbox))].sort()).toEqual([
          'HistoryAdded WP02',
          'WPStatusChanged WP01',
        ]);
        await expectSettled(sandbox, 0);
        const log = await sandbox.git(['log', '--format=%s', '--', pathOf('WP01')]);
        expect(log.split('\n')).toHaveLength(2);
      }),
  );
});
