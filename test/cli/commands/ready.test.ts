import { DOCUMENTS } from '../../../src/app/documents/all.js';
import { CommandLine } from '../../support/command-line.js';
import { FEATURE, pathOf, smallFeature, workPackageText } from '../../support/planning-documents.js';
import { issuesOf } from '../../../src/domain/document.js';

let cli: CommandLine;

beforeEach(() => {
  cli = new CommandLine(
    smallFeature({
      WP01: {},
      WP02: {},
      WP03: { dependencies: '["WP02"]' },
      WP04: { lane: 'limbo' },
    }),
  );
});

afterEach(() => cli.remove());

const expectDescribed = (command: string, document: unknown): void => {
  const described = DOCUMENTS.find((each) => each.command === command);
  expect(issuesOf(described!.schema, document)).toEqual([]);
};

describe('agent tasks ready', () => {
  it('says what may begin, what waits and what a person decides, and changes nothing', async () => {
    const before = cli.git.git('status', '--porcelain=v2', '--untracked-files=all', '--ignored');
    const { outcome, out, err } = await cli.run('agent tasks ready');
    expect([outcome, out.split('\n')]).toEqual([
      'done',
      [
        'May begin',
        'WP02 Title of WP02  1 after it, one by one',
        'WP01 Title of WP01',
        '',
        'Waiting',
        'WP03 Title of WP03  for WP02 (planned)',
        '',
        'A person has to decide',
        `${pathOf('WP04')}:4: lane is "limbo", which is no lane.`,
        '',
      ],
    ]);
    expect(err).toBe('next: spec-kitty implement WP02\n');
    expect(cli.git.git('status', '--porcelain=v2', '--untracked-files=all', '--ignored')).toBe(before);
    const { document } = await cli.run('agent tasks ready --json');
    expectDescribed('agent tasks ready', document);
    expect(document.ready[0]).toEqual({ work_package_id: 'WP02', title: 'Title of WP02', chain: 2 });
  });

  it('lets begin what builds upon work that is merged and not accepted yet', async () => {
    await cli.run('implement WP02 --agent ada');
    cli.git.write(`.worktrees/${FEATURE}-WP02/two.txt`, 'two\n');
    for (const words of [
      ['add', '-A'],
      ['commit', '-qm', 'two'],
    ])
      cli.git.git('-C', `.worktrees/${FEATURE}-WP02`, ...words);
    await cli.run('move-task WP02 --to for_review');
    expect((await cli.run('agent tasks ready --json')).document).toMatchObject({
      ready: [{ work_package_id: 'WP01' }],
      waiting: [{ work_package_id: 'WP03', waits_for: [{ work_package_id: 'WP02', lane: 'for_review' }] }],
      to_review: [{ work_package_id: 'WP02', agent: 'ada' }],
    });
    await cli.run('merge WP02');
    expect((await cli.run('agent tasks ready --json')).document).toMatchObject({
      ready: [{ work_package_id: 'WP01' }, { work_package_id: 'WP03' }],
      waiting: [],
    });
  });
});

describe('agent tasks next', () => {
  it('takes the first, then the next, each once and with the events of implement', async () => {
    const first = (await cli.run('agent tasks next --agent ada --json')).document;
    expectDescribed('agent tasks next', first);
    expect(first).toMatchObject({ work_package_id: 'WP02', outcome: 'started', agent: 'ada' });
    expect(first.events).toMatchObject([{ event_type: 'WPStatusChanged', outcome: 'captured' }]);
    const second = await cli.run('agent tasks next --agent bob');
    expect(second.out).toContain('WP01 is in doing now.');
    expect(second.err).toContain('next: spec-kitty agent tasks show WP01');
  });

  it('refuses when nothing may begin, and says what is waited for', async () => {
    for (const agent of ['ada', 'bob']) await cli.run(`agent tasks next --agent ${agent}`);
    const { outcome, document } = await cli.run('agent tasks next --agent cleo --json');
    expect([outcome, document.error]).toEqual([
      'failed',
      {
        code: 'nothing-ready',
        message: `No work package of ${FEATURE} may begin now. There are WP01, WP02 in work; WP03 waiting; 1 for a person to decide.`,
        hint: `Review what waits for it, or come back later. "spec-kitty agent tasks ready --feature ${FEATURE}" says what waits for what.`,
      },
    ]);
  });

  it('says so when all of the work is done', async () => {
    for (const id of ['WP01', 'WP02', 'WP03', 'WP04'])
      cli.git.write(pathOf(id), workPackageText(id, { lane: 'done' }));
    const { document } = await cli.run('agent tasks next --agent ada --json');
    expect(document.error.message).toContain('All of its work is done.');
    expect((await cli.run('agent tasks ready')).out).toBe('All of its work is done.\n');
  });

  it('wants to know who takes it', async () => {
    expect((await cli.run('agent tasks next')).outcome).toBe('wrong-usage');
  });
});
