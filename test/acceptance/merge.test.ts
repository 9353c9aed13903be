import { execFileSync } from 'node:child_process';
import { access, chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sharedHubProcess } from '../support/hub-process.js';
import { FEATURE, pathOf, smallFeature, type WorkPackageSeed } from '../support/planning-documents.js';
import { ask, makeProject, signIn, succeed } from '../support/project.js';
import { expectAccounted, idsOf, journalOf, typesOf } from '../support/recount.js';
import { repositoryBytes } from '../support/repository-bytes.js';
import { runCli, startCli } from '../support/run-cli.js';
import { inSandbox, type Sandbox } from '../support/sandbox.js';

const hub = sharedHubProcess();

const SHIM = join(import.meta.dirname, '..', 'support', 'death.cjs');

const branch = (id: string): string => `${FEATURE}-${id}`;

/** One commit with one file on each of these branches, in one process. */
const commitOn = async (
  sandbox: Sandbox,
  files: Readonly<Record<string, readonly [path: string, text: string]>>,
): Promise<void> => {
  const start = await sandbox.git(['rev-parse', 'main']);
  const input = Object.entries(files).map(([name, [path, text]]) => {
    const length = (content: string): string => `data ${Buffer.byteLength(content)}\n${content}`;
    return (
      `commit refs/heads/${name}\ncommitter Tester <tester@example.org> 1700000000 +0000\n${length('work')}\n` +
      `from ${start}\nM 100644 inline ${path}\n${length(text)}\n`
    );
  });
  execFileSync('git', ['fast-import', '--quiet'], {
    cwd: sandbox.project,
    env: sandbox.env,
    input: input.join(''),
  });
};

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const until = async (condition: () => Promise<boolean>): Promise<void> => {
  while (!(await condition())) await delay(20);
};

const hook = async (sandbox: Sandbox, name: string, script: string): Promise<string> => {
  const path = join(sandbox.project, '.git', 'hooks', name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
};

const DOING: WorkPackageSeed = { lane: 'doing' };

const WAYS = {
  twice: async (sandbox: Sandbox, args: readonly string[]) => [
    await ask(sandbox, args),
    await ask(sandbox, args),
  ],
  'by two processes at once': (sandbox: Sandbox, args: readonly string[]) =>
    Promise.all([ask(sandbox, args, {}, runCli), ask(sandbox, args, {}, runCli)]),
};

describe('merge', () => {
  it.each(Object.entries(WAYS))(
    'scenario 26: run %s, has one event for each lane that changed, at the hub',
    (_, run) =>
      inSandbox(async (sandbox) => {
        const seed = smallFeature({
          WP01: DOING,
          WP02: { ...DOING, dependencies: '[WP01]' },
          WP03: { lane: 'for_review' },
          WP04: DOING,
        });
        const project = await makeProject(sandbox, seed);
        await signIn(sandbox, hub.url);
        await commitOn(sandbox, {
          [branch('WP01')]: ['one.txt', '1'],
          [branch('WP02')]: ['two.txt', '2'],
          [branch('WP03')]: ['three.txt', '3'],
        });
        for (const args of [
          ['merge', 'WP01', '--strategy', 'squash'],
          ['merge', '--agent', 'ann'],
          ['accept', 'WP01', 'WP02', 'WP03'],
        ]) {
          const answers = await run(sandbox, args);
          expect({ args, codes: answers.map(({ code }) => code) }).toEqual({ args, codes: [0, 0] });
        }
        expect(await ask(sandbox, ['sync', 'now'])).toMatchObject({ code: 0, document: { left: 0 } });
        const events = (await hub.events(project)).map(({ event }) => event);
        expect(
          events.map(({ event_type: type, aggregate_id: about, payload }) =>
            type === 'WPStatusChanged'
              ? `${about} ${payload.previous_status} → ${payload.new_status} by ${payload.changed_by}`
              : `${type} ${about}`,
          ),
        ).toEqual([
          'WP01 doing → for_review by user',
          'WP02 doing → for_review by ann',
          'WP01 for_review → done by user',
          'DependencyResolved WP02',
          'WP02 for_review → done by user',
          'WP03 for_review → done by user',
        ]);
        expect(idsOf(events)).toEqual(idsOf(await journalOf(sandbox, project)));
        await expectAccounted(sandbox, { atHub: idsOf(events) }, project);
        expect(await sandbox.git(['status', '--porcelain'])).toBe('');
        const merges = await sandbox.git(['log', '--first-parent', '--format=%s', 'main']);
        expect(
          merges.split('\n').filter((subject) => /^Merge|^chore: merge WP\d\d,/.test(subject)),
        ).toHaveLength(3);
      }),
    60_000,
  );

  it('scenario 26: still at work is not taken for dead, and what waits for it is told so', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, smallFeature({ WP01: DOING, WP02: DOING }));
      await commitOn(sandbox, { [branch('WP01')]: ['one.txt', '1'], [branch('WP02')]: ['two.txt', '2'] });
      const [begun, go] = ['begun', 'go'].map((name) => join(sandbox.directory, name)) as [string, string];
      await hook(sandbox, 'pre-commit', `touch '${begun}'; while [ ! -e '${go}' ]; do sleep 0.05; done`);
      const long = startCli(sandbox, ['merge', 'WP01', '--json']);
      await until(() => isThere(begun));
      // By now WP01 is merged, and the commit of its lane is under way, with an intent and without an event.
      const others = await Promise.all([
        ask(sandbox, ['merge', '--wait', '1']),
        ask(sandbox, ['sync', 'now']),
      ]);
      expect(others[0]).toMatchObject({ code: 1, document: { error: { code: 'lock-busy' } } });
      expect(await journalOf(sandbox)).toEqual([]);
      await writeFile(go, '');
      expect(await long.ended).toMatchObject({ code: 0 });
      await succeed(sandbox, ['merge']);
      expect(typesOf(await journalOf(sandbox))).toEqual(['WPStatusChanged WP01', 'WPStatusChanged WP02']);
      expect(await sandbox.git(['log', '--merges', '--format=%s', 'main'])).toBe(
        `Merge branch '${branch('WP02')}' into main\nMerge branch '${branch('WP01')}' into main`,
      );
    }));

  // All of the steps, one work package each, would take as long as several other files: every third shows all kinds.
  it(
    'scenario 30: killed among its steps, is whole for the next command, and repeated does what is left',
    () =>
      inSandbox(async (sandbox) => {
        const wp = (n: number): string => `WP${String(n).padStart(2, '0')}`;
        const ids = Array.from({ length: 40 }, (_, at) => wp(at + 1));
        await makeProject(sandbox, smallFeature(Object.fromEntries(ids.map((id) => [id, DOING]))));
        await commitOn(
          sandbox,
          Object.fromEntries(ids.map((id) => [branch(id), [`${id}.txt`, id] as const])),
        );
        const ends = new Set<string>();
        for (let n = 1; ; n++) {
          const args = ['merge', wp(n), '--json'];
          const env = { NODE_OPTIONS: `--require=${SHIM}`, DEATH_STEP: String(3 * n) };
          if ((await runCli(sandbox, args, { env })).signal !== 'SIGKILL') break;
          await succeed(sandbox, ['agent', 'tasks', 'add-history', 'WP40', '--note', `${n}`, '--no-commit']);
          const isMerged = await isThere(join(sandbox.project, `${wp(n)}.txt`));
          const atTip = await sandbox.git(['ls-tree', '--name-only', 'main', '--', `${wp(n)}.txt`]);
          const isMoved = (await readFile(join(sandbox.project, pathOf(wp(n))), 'utf8')).includes(
            'lane: "for_review"',
          );
          expect({ n, atTip, isWhole: isMerged || !isMoved }).toEqual({
            n,
            atTip: isMerged ? `${wp(n)}.txt` : '',
            isWhole: true,
          });
          ends.add(`${isMerged} ${isMoved}`);
          await succeed(sandbox, ['merge', wp(n)]);
          const moves = (await journalOf(sandbox)).filter(({ aggregate_id: about }) => about === wp(n));
          expect({ n, moves: moves.length }).toEqual({ n, moves: 1 });
          expect(await sandbox.git(['status', '--porcelain'])).toBe(` M ${pathOf('WP40')}`);
        }
        expect(ends).toEqual(new Set(['false false', 'true false', 'true true']));
      }),
    120_000,
  );

  it.each(['post-index-change', 'reference-transaction'])(
    'scenario 30: killed by the hook %s, with git still at work on files or branch, is whole for the next command',
    (name) =>
      inSandbox(async (sandbox) => {
        await makeProject(sandbox, smallFeature({ WP01: DOING, WP02: {} }));
        await commitOn(sandbox, { [branch('WP01')]: ['one.txt', '1'] });
        const path = await hook(sandbox, name, '[ -n "$DEATH_PID" ] && kill -9 "$DEATH_PID"\nexit 0');
        const env = { NODE_OPTIONS: `--require=${SHIM}`, DEATH_STEP: String(Number.MAX_SAFE_INTEGER) };
        expect((await runCli(sandbox, ['merge', '--json'], { env })).signal).toBe('SIGKILL');
        await rm(path);
        await succeed(sandbox, ['agent', 'tasks', 'add-history', 'WP02', '--note', 'next']);
        expect(await isThere(join(sandbox.project, 'one.txt'))).toBe(true);
        expect(await sandbox.git(['ls-tree', '--name-only', 'main', '--', 'one.txt'])).toBe('one.txt');
        expect(await sandbox.git(['status', '--porcelain'])).toBe('');
        await succeed(sandbox, ['merge']);
        expect(typesOf(await journalOf(sandbox))).toEqual(['HistoryAdded WP02', 'WPStatusChanged WP01']);
        expect(await sandbox.git(['rev-list', '--merges', '--count', 'main'])).toBe('1');
        expect(await sandbox.git(['status', '--porcelain'])).toBe('');
      }),
  );

  describe('scenario 29: leaves the repository as it was, and says what to do', () => {
    const cases: Readonly<
      Record<string, readonly [break_: (sandbox: Sandbox) => Promise<unknown>, code: string, message: RegExp]>
    > = {
      'when branches conflict': [async () => undefined, 'merge-conflict', /a\.txt.*\n.*git merge main/],
      'on a dirty tree': [
        async ({ project }) => writeFile(join(project, 'a.txt'), 'mine\n'),
        'merge-refused',
        /would overwrite changes in .*a\.txt\.\n.*Commit/,
      ],
      'on a detached HEAD': [
        async ({ git }) => git(['checkout', '--quiet', '--detach']),
        'merge-refused',
        /HEAD is detached.*\n.*Check out a branch/,
      ],
      'when a branch is missing': [
        async ({ git }) => git(['branch', '--quiet', '-D', branch('WP01')]),
        'merge-refused',
        /WP01 has no branch.*\n.*move-task WP01 --to for_review/,
      ],
      'when a locked work tree is not at its place': [
        async ({ git, directory }) => {
          const tree = join(directory, 'tree');
          await git(['worktree', 'add', '--quiet', tree, branch('WP01')]);
          await git(['worktree', 'lock', tree]);
          await rm(tree, { recursive: true });
        },
        'merge-refused',
        /is locked and not there.*\n.*git worktree unlock/,
      ],
    };

    it.each(Object.entries(cases))('%s', (name, [break_, code, message]) =>
      inSandbox(async (sandbox) => {
        await makeProject(sandbox, { ...smallFeature({ WP01: DOING, WP02: DOING }), 'a.txt': 'a\n' });
        await commitOn(sandbox, { [branch('WP01')]: ['a.txt', '1\n'], [branch('WP02')]: ['a.txt', '2\n'] });
        await break_(sandbox);
        const before = await repositoryBytes(sandbox);
        const args = ['merge', 'WP01', ...(name === 'when branches conflict' ? ['WP02'] : [])];
        const { code: exit, document } = await ask(sandbox, args);
        const { error } = document;
        expect([exit, error.code, `${error.message}\n${error.hint}`]).toEqual([
          1,
          code,
          expect.stringMatching(message),
        ]);
        expect(await repositoryBytes(sandbox)).toEqual(before);
        expect(await isThere(join(sandbox.project, '.git', 'MERGE_HEAD'))).toBe(false);
        expect(await journalOf(sandbox)).toEqual([]);
      }),
    );
  });
});
