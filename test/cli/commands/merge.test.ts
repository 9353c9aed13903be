import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOCUMENTS } from '../../../src/app/documents/all.js';
import { CommandLine } from '../../support/command-line.js';
import { FEATURE, smallFeature } from '../../support/planning-documents.js';
import { issuesOf } from '../../../src/domain/document.js';

let cli: CommandLine;

const start = (workPackages: Parameters<typeof smallFeature>[0]): void => {
  cli = new CommandLine({ ...smallFeature(workPackages), 'a.txt': 'a\n' });
};

afterEach(() => cli.remove());

const DOING = { lane: 'doing' };
const REVIEW = { lane: 'for_review' };

const branch = (id: string): string => `${FEATURE}-${id}`;

const described = async (line: string): Promise<any> => {
  const { document } = await cli.run(`${line} --json`);
  const { schema } = DOCUMENTS.find(({ command }) => line.startsWith(command))!;
  expect({ line, faults: issuesOf(schema, document) }).toEqual({ line, faults: [] });
  return document;
};

describe('merge', () => {
  it('says what would be done, then what was done, then that nothing is left', async () => {
    start({
      WP01: DOING,
      WP02: { ...REVIEW, dependencies: '[WP01]' },
      WP03: DOING,
      WP04: DOING,
      WP05: { lane: 'done' },
    });
    cli.git.commitOn(branch('WP01'), { 'one.txt': '1\n' });
    cli.git.commitOn(branch('WP02'), { 'two.txt': '2\n' });
    cli.git.git('branch', branch('WP03'));
    const { outcome, out } = await cli.run('merge --dry-run');
    expect([outcome, out]).toEqual([
      'done',
      'WP01 would be merged into main and would go from doing to for_review.\n' +
        'WP02 would be merged into main.\n' +
        `WP03 has no commit of its own on ${branch('WP03')}; there is nothing to merge.\n` +
        `WP04 has no branch ${branch('WP04')}; there is nothing to merge.\n`,
    ]);
    const merged = await cli.run('merge --agent ann');
    expect(merged.out).toMatch(
      /^WP01 is merged into main and went from doing to for_review\.\nWP02 is merged/,
    );
    expect(merged.err).toContain('[Local only]');
    expect((await cli.run('merge WP01 WP05')).out).toBe(
      'WP01 was merged into main before.\nWP05 was accepted before.\n',
    );
  });

  it('only moves what was merged before, and has nothing to say where nothing is in work', async () => {
    start({ WP01: DOING });
    cli.git.commitOn(branch('WP01'), { 'one.txt': '1\n' });
    cli.git.git('merge', '--quiet', '--no-ff', '--no-edit', branch('WP01'));
    expect((await cli.run('merge')).out).toBe(
      'WP01 was merged into main before; it went from doing to for_review.\n',
    );
    await cli.run('accept');
    expect((await cli.run('merge')).out).toBe('No work package is in doing or for_review.\n');
  });

  it('prints the document that is described, whatever comes of it', async () => {
    start({ WP01: DOING, WP02: DOING, WP03: DOING });
    cli.git.commitOn(branch('WP01'), { 'one.txt': '1\n' });
    cli.git.commitOn(branch('WP02'), { 'a.txt': '2\n' });
    cli.git.commitOn(branch('WP03'), { 'a.txt': '3\n' });
    expect(await described('merge --dry-run')).toMatchObject({
      is_dry_run: true,
      conflict: { work_package_id: 'WP03', branch: branch('WP03'), paths: ['a.txt'] },
      events: [],
    });
    cli.git.write('a.txt', 'mine\n');
    expect(await described('merge WP02 --dry-run')).toMatchObject({
      obstacle: { obstacle: 'changes', paths: ['a.txt'] },
    });
    cli.git.write('a.txt', 'a\n');
    expect(await described('merge WP01 WP02 --strategy squash')).toMatchObject({
      target: 'main',
      strategy: 'squash',
      work_packages: [
        { work_package_id: 'WP01', outcome: 'merged', commit: expect.stringMatching(/^[0-9a-f]{40}$/) },
        { work_package_id: 'WP02', outcome: 'merged', from: 'doing', to: 'for_review' },
      ],
      events: [{ event_type: 'WPStatusChanged' }, { event_type: 'WPStatusChanged' }],
    });
  });

  it('fails in a dry run as the merge would, and tells why', async () => {
    start({ WP01: DOING, WP02: DOING });
    cli.git.commitOn(branch('WP01'), { 'a.txt': '1\n' });
    cli.git.commitOn(branch('WP02'), { 'a.txt': '2\n' });
    const conflict = await cli.run('merge --dry-run');
    expect(conflict.outcome).toBe('failed');
    expect(conflict.out).toMatch(
      /^WP02 does not merge cleanly into main after WP01: a\.txt\. So none would be merged\.\nRun "spec-kitty merge WP01"\./,
    );
    cli.git.write('a.txt', 'mine\n');
    const obstacle = await cli.run('merge WP01 --dry-run');
    expect([obstacle.outcome, obstacle.out]).toEqual([
      'failed',
      expect.stringContaining(
        `But none can be merged now: The merge would overwrite changes in ${cli.git.root}: a.txt.\nCommit`,
      ),
    ]);
    const real = await cli.run('merge --json');
    expect([real.outcome, real.document.error.code]).toEqual(['failed', 'merge-conflict']);
  });
});

describe('accept', () => {
  it('prints the document that is described, reasons with their places included', async () => {
    start({ WP01: {}, WP02: { ...REVIEW, body: 'x\n[NEEDS CLARIFICATION: what?]' } });
    const { document } = await cli.run('implement WP01 --json');
    cli.git.commitOn(branch('WP02'), { 'a.txt': '2\n' });
    expect((await cli.run('accept --check WP02')).out).toContain(
      '  [NEEDS CLARIFICATION …] stands in WP02-work.md:11.\n' +
        '    Answer the question in kitty-specs/001-alpha/tasks/WP02-work.md:11, then take the mark out and commit the file.\n' +
        `  The branch ${branch('WP02')} is not merged into main.\n    Merge it with: spec-kitty merge WP02\n`,
    );
    await cli.run('agent tasks move-task WP01 --to for_review');
    const forgotten = join(document.worktree, 'forgotten.txt');
    writeFileSync(forgotten, 'x');
    expect(await described('accept --check')).toMatchObject({
      is_check: true,
      refused: [
        {
          reasons: [
            {
              code: 'dirty-worktree',
              message: `Not committed in .worktrees/${branch('WP01')}: forgotten.txt.`,
              places: [{ path: 'forgotten.txt' }],
            },
          ],
        },
        {
          reasons: [
            { code: 'needs-clarification', places: [{ line: 11 }] },
            { code: 'not-merged', places: [] },
          ],
        },
      ],
    });
    cli.git.gitIn(document.worktree, 'clean', '--force', '--quiet');
    const { out } = await cli.run('accept WP01');
    expect(out).toContain('WP01 is accepted; nobody has committed anything on its branch.\n');
    expect(await described('accept WP01')).toMatchObject({ already_done: ['WP01'], events: [] });
  });
});
