import { CommandLine } from '../../support/command-line.js';
import { smallFeature } from '../../support/planning-documents.js';

let cli: CommandLine;

beforeEach(() => {
  cli = new CommandLine(smallFeature({ WP01: {}, WP02: { dependencies: '["WP01"]' } }));
});

afterEach(() => cli.remove());

const types = (document: any): string[] => document.events.map((event: any) => event.event_type);

describe('init', () => {
  it('gives the project its identity once', async () => {
    const first = await cli.run('init --json');
    expect(first.outcome).toBe('done');
    expect(first.document).toMatchObject({ project_slug: 'project', config: 'created', set_aside: null });
    const again = await cli.run('init --json');
    expect(again.document.project_uuid).toBe(first.document.project_uuid);
    expect((await cli.run('init')).out).toContain(first.document.project_uuid);
  });

  it('--repair sets a broken config aside and says where it is', async () => {
    cli.git.write('.kittify/config.yaml', 'project: [\n');
    const { outcome, err } = await cli.run('init --repair');
    expect(outcome).toBe('done');
    expect(err).toContain('config.yaml.broken-1');
  });
});

describe('a note that holds what looks like a secret', () => {
  it('is said to stand in the Activity Log as typed, and is captured without it', async () => {
    const secret = `gh${'p_'}${'a1'.repeat(18)}`;
    const { outcome, err } = await cli.run([
      'agent',
      'tasks',
      'add-history',
      'WP01',
      '--note',
      `with ${secret}`,
    ]);
    expect(outcome).toBe('done');
    expect(err).toContain('It stands in the Activity Log as typed');
    const { out } = await cli.run('events list --json');
    expect(out).toContain('with [redacted]');
    expect((await cli.run('agent tasks add-history WP01 --note plain')).err).not.toContain('as typed');
    expect((await cli.run('agent tasks add-history --help')).out.replace(/\s+/g, ' ')).toContain(
      'committed as typed',
    );
  });
});

describe('a work package through all lanes', () => {
  it('emits each event once and says what happened', async () => {
    const finalized = await cli.run('agent feature finalize-tasks --json');
    expect(types(finalized.document)).toEqual(['FeatureCreated', 'WPCreated', 'WPCreated']);
    const again = await cli.run('agent feature finalize-tasks');
    expect(again.out).toContain('was finalized before');

    const begun = await cli.run('implement WP01 --agent claude --json');
    expect(begun.outcome).toBe('done');
    expect(types(begun.document)).toEqual(['WPStatusChanged']);
    expect((await cli.run('implement WP01')).out).toContain('was in doing before');

    const moved = await cli.run('agent tasks move-task WP01 --to for_review --note done');
    expect(moved.out).toContain('WP01 went from doing to for_review.');
    expect(moved.err).toContain('[Local only]');
    const stays = await cli.run('agent tasks move-task WP01 --to for_review --json');
    expect(stays.outcome).toBe('done');
    expect(stays.document.events).toEqual([]);

    const check = await cli.run('accept --check');
    expect(check.out).toMatch(/WP01/);
  });

  it('an illegal transition fails, tells the way, and emits nothing', async () => {
    const { outcome, document } = await cli.run('agent tasks move-task WP01 --to done --json');
    expect(outcome).not.toBe('done');
    expect(document.error.hint).toMatch(/./);
    expect((await cli.run('events list --json')).document.events).toEqual([]);
  });

  it('implement refuses while a dependency is planned', async () => {
    const { outcome, err } = await cli.run('implement WP02');
    expect(outcome).toBe('failed');
    expect(err).toContain('WP01');
  });

  it('implement tells a second agent who has it, and lets the first one and a person go on', async () => {
    await cli.run('implement WP01 --agent claude');
    const second = await cli.run('implement WP01 --agent codex --json');
    expect(second.outcome).toBe('failed');
    expect(second.document).toMatchObject({ outcome: 'already-doing', agent: 'claude', events: [] });
    expect((await cli.run('implement WP01 --agent codex')).out).toMatch(
      /^WP01 was in doing before, with claude in charge\.\n.*move-task WP01 --to planned/,
    );
    for (const line of ['implement WP01 --agent claude', 'implement WP01'])
      expect((await cli.run(line)).outcome).toBe('done');
    await cli.run('agent tasks move-task WP01 --to planned');
    expect((await cli.run('implement WP01 --agent codex --json')).document.agent).toBe('codex');
  });

  it('accept of what is not in review is refused with the reason', async () => {
    const { outcome, out } = await cli.run('accept WP01');
    expect(outcome).toBe('failed');
    expect(out).toContain('WP01 is not accepted:');
  });

  it('accept without anything in review says so', async () => {
    expect(await cli.run('accept')).toMatchObject({
      outcome: 'done',
      out: 'No work package is in for_review.\n',
    });
  });

  it('feedback comes from a file; one that is not there is wrong usage', async () => {
    await cli.run('agent tasks move-task WP01 --to for_review --force');
    const missing = await cli.run('agent tasks move-task WP01 --to doing --feedback none.md');
    expect(missing.outcome).toBe('wrong-usage');
    cli.git.write('review.md', 'Please test more.\n');
    const { outcome } = await cli.run('agent tasks move-task WP01 --to doing --feedback review.md');
    expect(outcome).toBe('done');
    expect(cli.git.read('kitty-specs/001-alpha/tasks/WP01-work.md')).toContain('Please test more.');
  });
});

describe('a command whose events cannot go anywhere succeeds all the same', () => {
  it.each([
    ['a full outbox', '[sync]\nmax_queue_size = 1\n', 'were not captured'],
    ['an outbox that is nearly full', '[sync]\nmax_queue_size = 2\n', 'spec-kitty sync now'],
  ])('%s is one warning', async (_name, settings, warning) => {
    await cli.run(['agent', 'tasks', 'add-history', 'WP01', '--note', 'first']);
    const { writeFileSync } = await import('node:fs');
    writeFileSync(`${cli.git.stateRoot}/config.toml`, settings);
    const { outcome, err } = await cli.run(['agent', 'tasks', 'add-history', 'WP01', '--note', 'second']);
    expect(outcome).toBe('done');
    expect(err).toContain(warning);
    expect(cli.git.read('kitty-specs/001-alpha/tasks/WP01-work.md')).toContain('second');
  });

  it('finalizing alone leaves everything as it was, because what is announced is remembered', async () => {
    const { writeFileSync } = await import('node:fs');
    await cli.run('init');
    const head = cli.git.git('rev-parse', 'HEAD');
    const settings = (size: number): void =>
      writeFileSync(`${cli.git.stateRoot}/config.toml`, `[sync]\nmax_queue_size = ${size}\n`);
    settings(2);
    const { outcome, document } = await cli.run('agent feature finalize-tasks --json');
    expect(outcome).toBe('failed');
    expect(document.error).toMatchObject({
      code: 'outbox-full',
      hint: expect.stringContaining('spec-kitty sync now'),
    });
    expect(cli.git.git('rev-parse', 'HEAD')).toBe(head);
    expect(cli.git.git('status', '--porcelain')).toBe('');
    expect((await cli.run('events list --json')).document.events).toEqual([]);
    settings(3);
    expect(types((await cli.run('agent feature finalize-tasks --json')).document)).toHaveLength(3);
  });

  it('a signed-in command ends with the line about sync', async () => {
    await cli.signIn();
    const { err } = await cli.run(['agent', 'tasks', 'add-history', 'WP01', '--note', 'first']);
    expect(err).toContain('[Offline] 1 waiting');
    expect((await cli.run('agent tasks add-history WP01 --note x --quiet')).err).toBe('');
  });

  it('a project that stays on this machine says so', async () => {
    await cli.signIn();
    await cli.run('sync off');
    const { err } = await cli.run(['agent', 'tasks', 'add-history', 'WP01', '--note', 'first']);
    expect(err).toContain('[Local only] 1 waiting');
  });

  it('a command outside every project fails with the way out', async () => {
    const { outcome, err } = await cli.run('agent tasks add-history WP01 --note x', { cwd: cli.git.place });
    expect(outcome).toBe('failed');
    expect(err).toContain('--project DIR');
  });
});
