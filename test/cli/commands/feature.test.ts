import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DOCUMENTS, FAULT } from '../../../src/app/documents/all.js';
import { CommandLine } from '../../support/command-line.js';
import { smallFeature } from '../../support/planning-documents.js';
import { issuesOf } from '../../../src/domain/document.js';

let cli: CommandLine;

const start = async (seed: Readonly<Record<string, string>> = {}): Promise<void> => {
  cli = new CommandLine({ 'README.md': 'x', ...seed });
  await cli.run('init');
};

afterEach(() => cli.remove());

/** Runs a command with `--json`; its document is as described. */
const ask = async (words: readonly string[], cwd?: string): Promise<any> => {
  const { document } = await cli.run([...words, '--json'], cwd === undefined ? {} : { cwd });
  const line = words.join(' ');
  const described = DOCUMENTS.find(({ command }) => line === command || line.startsWith(`${command} `));
  const schema = 'error' in document ? FAULT : described!.schema;
  expect({ line, faults: issuesOf(schema, document) }).toEqual({ line, faults: [] });
  return document;
};

describe('feature new', () => {
  it('makes and commits a feature under the next free number, its work packages in a chain', async () => {
    await start({ ...smallFeature({ WP01: {} }), 'kitty-specs/007-x/notes.md': 'x' });
    const made = await ask([
      'feature',
      'new',
      'Größter "Parcel"',
      '--wp',
      'The model',
      '--wp',
      'Print, then: go',
    ]);
    const directory = 'kitty-specs/008-gro-ter-parcel';
    expect(made).toMatchObject({
      directory,
      feature: '008-gro-ter-parcel',
      commit: expect.stringMatching(/^[0-9a-f]{40}$/),
      events: [],
      work_packages: [
        { id: 'WP01', dependencies: [], path: `${directory}/tasks/WP01-the-model.md` },
        { id: 'WP02', title: 'Print, then: go', dependencies: ['WP01'] },
      ],
    });
    expect(cli.git.git('status', '--porcelain')).toBe('');
    expect(cli.git.git('log', '-1', '--format=%s').trim()).toBe(
      'chore: plan a new feature (008-gro-ter-parcel)',
    );
    expect(cli.git.read(`${directory}/tasks/WP02-print-then-go.md`)).toContain('title: "Print, then: go"\n');
    const finalized = await cli.run(['agent', 'feature', 'finalize-tasks', '--feature', '8', '--json']);
    expect(finalized.document).toMatchObject({
      updated: [],
      announced: ['008-gro-ter-parcel', 'WP01', 'WP02'],
      warnings: [],
    });
  });

  it('makes work packages that depend on nothing, or one alone, and leaves the commit to the user', async () => {
    await start();
    const made = await ask([
      'feature',
      'new',
      '日本',
      '--wp',
      'A',
      '--wp',
      'B',
      '--independent',
      '--no-commit',
    ]);
    expect(made).toMatchObject({ feature: '001-feature', commit: null });
    expect(made.work_packages.map((each: any) => each.dependencies)).toEqual([[], []]);
    const second = await ask(['feature', 'new', 'Second']);
    expect(second.work_packages).toMatchObject([{ id: 'WP01', title: 'Second' }]);
    expect(cli.git.git('status', '--porcelain').trim()).toBe('?? kitty-specs/001-feature/');
  });

  it('refuses an empty title, and leaves nothing behind when git refuses the commit', async () => {
    await start();
    expect(await ask(['feature', 'new', ' '])).toMatchObject({ error: { code: 'input-invalid' } });
    cli.git.hook('pre-commit', 'exit 1');
    expect(await ask(['feature', 'new', 'Never'])).toMatchObject({ error: { code: 'commit-refused' } });
    expect(existsSync(join(cli.git.root, 'kitty-specs'))).toBe(false);
  });
});

describe('agent tasks show', () => {
  const feedback = '## Review Feedback\n\n**Changes requested** by ada:\n\n> Handle the empty list.\n\n';
  const log = '## Activity Log\n\n- 2026-02-01T00:00:00Z – system – lane=planned – Prompt created.';

  it('prints task, dependencies with their lanes, feedback, history and the work tree; in it without a name', async () => {
    await start(
      smallFeature({
        WP01: { lane: 'for_review', body: `Do it.\n\n${feedback}${log}` },
        WP02: { dependencies: '["WP01", "WP09"]' },
      }),
    );
    const shown = await ask(['agent', 'tasks', 'show', 'wp1']);
    expect(shown).toMatchObject({
      work_package_id: 'WP01',
      lane: 'for_review',
      text: '# WP01\n\nDo it.',
      feedback: '**Changes requested** by ada:\n\n> Handle the empty list.',
      history: [{ agent: 'system', note: 'Prompt created.' }],
      tasks: [{ task_id: 'T001', is_done: true }],
      worktree: null,
    });
    expect((await ask(['agent', 'tasks', 'show', '2'])).dependencies).toEqual([
      { work_package_id: 'WP01', title: 'Title of WP01', lane: 'for_review' },
      { work_package_id: 'WP09', title: null, lane: null },
    ]);
    expect(await ask(['agent', 'tasks', 'show'])).toMatchObject({ error: { code: 'wrong-usage' } });
    await cli.run(['agent', 'tasks', 'move-task', 'WP01', '--to', 'planned', '--force']);
    await cli.run(['implement', 'WP01']);
    const worktree = join(cli.git.root, '.worktrees/001-alpha-WP01');
    expect(await ask(['agent', 'tasks', 'show'], worktree)).toMatchObject({
      work_package_id: 'WP01',
      worktree,
    });
    const { out } = await cli.run(['agent', 'tasks', 'show'], { cwd: worktree });
    expect(out).toContain(`work tree   ${worktree}\n`);
    expect(out).toContain('[x] T001 Do it\n');
    expect(out).toContain('Review feedback\n\n**Changes requested** by ada:\n');
  });
});

describe('what git does not have yet', () => {
  const plan = smallFeature({ WP01: {}, WP02: {} });

  it('is named by finalize-tasks, and committed with --whole or after a yes', async () => {
    await start();
    for (const [path, text] of Object.entries(plan)) cli.git.write(path, text);
    const first = await cli.run(['agent', 'feature', 'finalize-tasks']);
    expect(first.err).toContain('Git does not have kitty-specs/001-alpha/plan.md and 4 more as announced');
    expect(first.err).toContain('spec-kitty agent feature finalize-tasks --feature 001-alpha --whole');
    const asked = { stdin: 'n\n', isTTY: true };
    expect((await cli.run(['agent', 'feature', 'finalize-tasks'], asked)).err).toContain(
      'Commit the whole plan? [y/N]',
    );
    expect(cli.git.git('status', '--porcelain')).not.toBe('');
    const { err } = await cli.run(['agent', 'feature', 'finalize-tasks'], { ...asked, stdin: 'y\n' });
    expect(err).not.toContain('as announced; nothing');
    expect(cli.git.git('status', '--porcelain')).toBe('');
    cli.git.write('kitty-specs/001-alpha/spec.md', '# Other\n');
    cli.git.write('kitty-specs/001-alpha/picture.png', 'x');
    const whole = await cli.run(['agent', 'feature', 'finalize-tasks', '--whole', '--json']);
    expect(whole.document).toMatchObject({ uncommitted: [], commit: expect.any(String) });
    expect(cli.git.git('status', '--porcelain').trim()).toBe('?? kitty-specs/001-alpha/picture.png');
  });

  it('in the work tree of a work package is told of when it goes to for_review', async () => {
    await start(plan);
    await cli.run(['implement', 'WP01']);
    cli.git.write('.worktrees/001-alpha-WP01/left.txt', 'x');
    const { outcome, err } = await cli.run(['agent', 'tasks', 'move-task', '1', '--to', 'for_review']);
    expect(outcome).toBe('done');
    expect(err).toContain('WP01 is in for_review, but left.txt in ');
    await cli.run(['implement', 'WP02']);
    expect(
      (await cli.run(['agent', 'tasks', 'mark-status', 'WP02', '--status', 'for_review'])).err,
    ).not.toContain('but');
    const accept = await cli.run(['accept', 'WP01']);
    expect(accept.out).toContain('Commit it in the work tree of WP01, then merge it: spec-kitty merge WP01');
  });
});

describe('feature clean', () => {
  const commitIn = (id: string, name: string): void => {
    const directory = `.worktrees/001-alpha-${id}`;
    cli.git.write(`${directory}/${name}`, 'x');
    cli.git.gitIn(join(cli.git.root, directory), 'add', '--all');
    cli.git.gitIn(join(cli.git.root, directory), 'commit', '--quiet', '-m', name);
  };
  /** WP01 is accepted and merged, WP02 is accepted with a file that nobody committed, WP03 is in work. */
  const finished = async (): Promise<void> => {
    await start(smallFeature({ WP01: {}, WP02: {}, WP03: {} }));
    for (const id of ['WP01', 'WP02', 'WP03']) {
      await cli.run(['implement', id]);
      commitIn(id, `${id}.txt`);
    }
    await cli.run(['merge', 'WP01', 'WP02']);
    await cli.run(['accept', 'WP01', 'WP02']);
    cli.git.write('.worktrees/001-alpha-WP02/left.txt', 'x');
  };
  const branches = (): string => cli.git.git('branch', '--format=%(refname:short)');

  it('removes what is done when it is told to, and names what it keeps', async () => {
    await finished();
    const asked = await ask(['feature', 'clean']);
    expect(asked.removed).toEqual([]);
    expect(asked.removable.map((each: any) => each.kind)).toEqual(['worktree', 'branch']);
    expect(asked.kept).toMatchObject([
      { work_package_id: 'WP02', kind: 'worktree', reason: 'has what is not committed: left.txt' },
      { work_package_id: 'WP02', kind: 'branch', reason: 'is checked out there' },
    ]);
    expect((await cli.run(['feature', 'clean'])).out).toContain(
      'spec-kitty feature clean --feature 001-alpha --yes',
    );
    expect((await ask(['feature', 'clean', '--yes'])).removed).toHaveLength(2);
    expect(branches()).toBe('001-alpha-WP02\n001-alpha-WP03\nmain\n');
    expect(existsSync(join(cli.git.root, '.worktrees/001-alpha-WP01'))).toBe(false);
    expect(existsSync(join(cli.git.root, '.worktrees/001-alpha-WP02/left.txt'))).toBe(true);
    expect((await ask(['feature', 'clean', '--yes'])).removed).toEqual([]);
  });

  it('asks a person, and keeps everything after a no and all that is not merged', async () => {
    await finished();
    const no = await cli.run(['feature', 'clean'], { stdin: 'n\n', isTTY: true });
    expect(no.err).toContain('Remove them?');
    expect(no.out).toBe('Nothing was removed.\n');
    commitIn('WP01', 'more.txt');
    const { kept, removable } = await ask(['feature', 'clean']);
    expect(removable).toEqual([]);
    expect(kept[0].reason).toBe('is not merged into main');
  });
});

describe('feature check', () => {
  it('says of each line what is read and what is passed over, and why it cannot be finalized', async () => {
    const tasks = [
      '# Tasks of WP01 and WP02',
      '## Work Package WP01: One',
      '**Dependencies**: None, parallel with WP02',
      '- [ ] T001 a',
      '## WP02',
      'Depends on WP01, maybe WP03',
      '```',
      '- [ ] T009 in code',
      '```',
      '# Else',
      '- [x] T010 b',
    ];
    await start(
      smallFeature({ WP01: {}, WP02: { dependencies: '["WP07"]' } }, { 'tasks.md': tasks.join('\n') }),
    );
    cli.git.write('kitty-specs/001-alpha/tasks/wp3.md', 'x');
    const { lines, faults } = await ask(['feature', 'check']);
    const ofTasks = lines
      .filter((each: any) => each.path.endsWith('/tasks.md'))
      .map(({ line, verdict, what }: any) => `${line} ${verdict}: ${what}`);
    expect(ofTasks).toEqual([
      '1 passed-over: is the heading of no section of one work package',
      '2 read: section of WP01',
      '3 passed-over: WP02: excluded by the words beside it',
      '4 read: box of WP01: T001, open',
      '5 read: section of WP02',
      '6 read: WP02 depends on WP01',
      '6 fault: WP03: nobody can say whether WP02 depends on it',
      '8 passed-over: stands in code or a comment',
      '11 passed-over: is a box outside of every section',
    ]);
    expect(lines).toContainEqual({
      path: 'kitty-specs/001-alpha/tasks/wp3.md',
      verdict: 'passed-over',
      what: 'is not named like a work package, as in WP01-title.md',
    });
    expect(faults).toEqual([expect.stringContaining('tasks.md:6')]);
    expect((await cli.run('feature check')).outcome).toBe('failed');
    cli.git.write('kitty-specs/001-alpha/tasks.md', tasks.join('\n').replace(', maybe WP03', ''));
    const { outcome, out } = await cli.run('feature check');
    expect([outcome, out]).toEqual(['done', expect.stringContaining('001-alpha can be finalized.')]);
    expect((await cli.run('agent feature finalize-tasks')).out).toMatch(
      /Of its plan \d+ lines are read and \d+ passed over/,
    );
  });
});
