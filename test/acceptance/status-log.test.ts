import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CommandLine } from '../support/command-line.js';
import { FOLDER, pathOf, smallFeature, workPackageText } from '../support/planning-documents.js';

type Row = Readonly<Record<string, any>>;

/** Another client of the same log: it knows nothing of our code, folds by itself and keeps its snapshot. */
class OtherClient {
  readonly #log: string;
  readonly #snapshot: string;
  #rows = 0;

  constructor(root: string) {
    this.#log = join(root, FOLDER, 'status.events.jsonl');
    this.#snapshot = join(root, FOLDER, 'status.json');
  }

  lanes(): Record<string, string> {
    const rows = readFileSync(this.#log, 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '');
    const seen = new Set<string>();
    const standing: Record<string, Row> = {};
    const isRollback = (row: Row): boolean =>
      row['to_lane'] === 'in_progress' &&
      (row['from_lane'] === 'in_review' || (row['from_lane'] === 'for_review' && row['review_ref'] !== null));
    rows
      .map((line) => JSON.parse(line) as Row)
      .filter(
        (row) => row['to_lane'] !== undefined && !seen.has(row['event_id']) && seen.add(row['event_id']),
      )
      .sort((a, b) => (`${a['at']} ${a['event_id']}` < `${b['at']} ${b['event_id']}` ? -1 : 1))
      .forEach((row) => {
        const now = standing[row['wp_id']];
        if (now?.['at'] === row['at'] && isRollback(now!) && !isRollback(row)) return;
        standing[row['wp_id']] = row;
      });
    return Object.fromEntries(Object.entries(standing).map(([id, row]) => [id, row['to_lane'] as string]));
  }

  move(id: string, to: string, at: string, more: Row = {}): void {
    const row = {
      actor: 'other',
      at,
      event_id: `01KZ${String(++this.#rows).padStart(22, '0')}`,
      execution_mode: 'worktree',
      force: false,
      from_lane: this.lanes()[id] ?? 'genesis',
      mission_slug: '001-alpha',
      review_ref: null,
      to_lane: to,
      wp_id: id,
      ...more,
    };
    writeFileSync(this.#log, `${JSON.stringify(row)}\n`, { flag: 'a' });
    this.keep();
  }

  keep(): void {
    const lanes = Object.entries(this.lanes()).map(([id, lane]) => [id, { lane }]);
    writeFileSync(this.#snapshot, JSON.stringify({ work_packages: Object.fromEntries(lanes) }));
  }

  kept(): Record<string, string> {
    const { work_packages: all } = JSON.parse(readFileSync(this.#snapshot, 'utf8')) as Row;
    return Object.fromEntries(Object.entries(all as Row).map(([id, each]) => [id, each.lane as string]));
  }
}

/** Work packages of the third version: no lane in the front matter, but for one that has an old copy. */
const seed = (log = ''): Record<string, string> => ({
  ...smallFeature({ WP01: {}, WP02: {}, WP03: {}, WP04: { dependencies: '["WP01"]' } }),
  ...Object.fromEntries(
    ['WP01', 'WP02', 'WP03'].map((id) => [pathOf(id), workPackageText(id).replace('lane: "planned"\n', '')]),
  ),
  [`${FOLDER}/status.events.jsonl`]: log,
  [`${FOLDER}/status.json`]: '{"work_packages": {}}\n',
});

const FUTURE = '2099-01-01T00:00:00.000000+00:00';

describe('a feature whose lanes live in a status log', () => {
  let cli: CommandLine;
  afterEach(() => cli.remove());

  const card = async (id: string): Promise<any> => {
    const { document } = await cli.run('agent tasks status --json');
    return document.work_packages.find((each: any) => each.work_package_id === id);
  };

  it('is the same to two clients that work on it in turn, after every step', async () => {
    cli = new CommandLine(seed());
    const other = new OtherClient(cli.git.root);
    const columns: Readonly<Record<string, string>> = {
      claimed: 'doing',
      in_progress: 'doing',
      approved: 'for_review',
      in_review: 'for_review',
      blocked: 'doing',
    };
    const agree = async (step: string): Promise<void> => {
      const lanes = other.lanes();
      const { document } = await cli.run('agent tasks status --json');
      const ours = document.work_packages.map((each: any) => [each.work_package_id, each.lane]);
      const theirs = Object.entries(lanes).map(([id, lane]) => [id, columns[lane] ?? lane]);
      expect([step, Object.fromEntries(ours)]).toEqual([step, Object.fromEntries(theirs)]);
      expect([step, other.kept()]).toEqual([step, lanes]);
      expect([step, cli.git.git('status', '--porcelain')]).toEqual([step, '']);
    };
    const ours = async (line: string): Promise<void> => {
      const { outcome, err } = await cli.run(line);
      expect([line, outcome, outcome === 'done' ? '' : err]).toEqual([line, 'done', '']);
      await agree(line);
    };
    const theirs = async (id: string, to: string, at: string, more: Row = {}): Promise<void> => {
      other.move(id, to, at, more);
      cli.git.git('commit', '--quiet', '--all', '--message', 'other');
      await agree(`other: ${id} to ${to}`);
    };
    await cli.run('init');
    await ours('agent feature finalize-tasks');
    expect(other.lanes()).toEqual({ WP01: 'planned', WP02: 'planned', WP03: 'planned', WP04: 'planned' });
    await ours('implement WP01 --agent claude');
    await theirs('WP01', 'for_review', '2098-01-01T00:00:00+00:00');
    // The clock of the other client is far ahead: what we write comes after it all the same.
    await ours('agent tasks move-task WP01 --to doing --note again');
    await ours('agent tasks move-task WP01 --to for_review');
    await theirs('WP01', 'in_review', FUTURE);
    await theirs('WP01', 'approved', FUTURE.replace('00.000000', '00.000001'), { evidence: {} });
    await ours('accept WP01 --agent bob');
    await ours('agent tasks mark-status WP02 --status doing');
    await theirs('WP02', 'blocked', FUTURE);
    await ours('agent tasks move-task WP02 --to doing');
    await ours('agent tasks move-task WP02 --to planned');
    await theirs('WP03', 'canceled', FUTURE);
    await ours('agent tasks move-task WP04 --to doing');
    await ours('agent tasks move-task WP04 --to done --force --note finished');
    await ours('agent tasks move-task WP02 --to done --force');
    const log = readFileSync(join(cli.git.root, FOLDER, 'status.events.jsonl'), 'utf8');
    const rows = log
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Row);
    for (const row of rows)
      expect(Object.keys(row).filter((key) => key !== 'evidence')).toEqual(
        Object.keys(row)
          .filter((key) => key !== 'evidence')
          .sort(),
      );
    const must = (from: string, to: string): Row =>
      rows.find((row) => row['from_lane'] === from && row['to_lane'] === to) ?? {};
    expect(must('approved', 'done')).toMatchObject({
      evidence: { review: { reviewer: 'bob', verdict: 'approved' } },
    });
    expect(must('for_review', 'in_progress')['review_ref']).toBeTruthy();
    expect(must('in_progress', 'planned')['reason']).toBeTruthy();
    const { document } = await cli.run('events list --json --limit 100');
    expect(document.events.filter((event: any) => event.event_type === 'FeatureCompleted')).toHaveLength(1);
  });

  const ROWS = (...lanes: readonly (readonly [string, string])[]): string =>
    lanes
      .map(([id, lane], at) =>
        JSON.stringify({
          at: '2026-01-01T00:00:00Z',
          event_id: `A${at}`,
          from_lane: 'planned',
          mission_slug: 'a',
          to_lane: lane,
          wp_id: id,
        }),
      )
      .map((line) => `${line}\n`)
      .join('');

  it.each(['claimed', 'in_progress', 'for_review', 'in_review', 'approved', 'done', 'blocked', 'canceled'])(
    'lets nobody begin what is %s, and shows it by its name',
    async (lane) => {
      cli = new CommandLine(seed(ROWS(['WP01', lane], ['WP02', 'planned'])));
      const before = cli.git.git('rev-parse', 'HEAD');
      const implemented = await cli.run('implement WP01 --agent claude');
      const isOthers = lane === 'claimed' || lane === 'in_progress';
      expect(implemented.outcome).toBe(isOthers ? 'done' : 'failed');
      expect(implemented.out + implemented.err).not.toContain('is in doing now');
      expect(cli.git.git('rev-parse', 'HEAD')).toBe(before);
      const shown = await cli.run('agent tasks list');
      expect(shown.out).toMatch(new RegExp(`WP01 +${lane} `));
      const found = await cli.run(`agent tasks list --json --lane ${lane}`);
      expect(found.document.work_packages.map((each: any) => each.work_package_id)).toContain('WP01');
    },
  );

  it('is announced with its true lanes, what was canceled not at all', async () => {
    cli = new CommandLine(seed(ROWS(['WP01', 'done'], ['WP02', 'approved'], ['WP03', 'canceled'])));
    expect((await cli.run('agent feature finalize-tasks --json')).document).toMatchObject({
      seeded: ['WP04'],
      announced: ['001-alpha', 'WP01', 'WP02', 'WP04'],
    });
    const { document } = await cli.run('events list --json');
    const created = document.events.filter((event: any) => event.event_type === 'WPCreated');
    expect(
      Object.fromEntries(
        created.map(({ payload }: any) => [payload.wp_id, [payload.status, payload.detail]]),
      ),
    ).toEqual({
      WP01: ['done', undefined],
      WP02: ['for_review', 'approved'],
      WP04: ['planned', undefined],
    });
    expect(document.events.find((event: any) => event.event_type === 'FeatureCreated').payload.wp_count).toBe(
      3,
    );
    expect((await cli.run('agent feature finalize-tasks --json')).document).toMatchObject({
      outcome: 'nothing-to-do',
    });
  });

  it('hands out only what is planned, and nothing before it is finalized', async () => {
    const lanes = [
      ['WP01', 'done'],
      ['WP02', 'approved'],
      ['WP03', 'canceled'],
    ] as const;
    cli = new CommandLine(seed(ROWS(...lanes)));
    const programs = join(cli.git.place, 'programs');
    mkdirSync(programs);
    for (const name of ['claude', 'claude.exe']) writeFileSync(join(programs, name), '', { mode: 0o755 });
    const env = { PATH: [programs, process.env['PATH']].join(delimiter) };
    const dry = async (): Promise<any> =>
      (await cli.run('orchestrate --feature 001-alpha --agents claude --dry-run --json', { env })).document;
    expect((await dry()).error).toMatchObject({
      code: 'transition-illegal',
      message: 'The status log says nothing of WP04 yet.',
    });
    const implement = await cli.run('implement WP04 --json');
    expect(implement.document.error).toMatchObject({ hint: expect.stringContaining('finalize-tasks') });
    await cli.run('agent feature finalize-tasks');
    expect((await dry()).plan).toMatchObject({
      waves: [['WP04']],
      elsewhere: ['WP02'],
      done: ['WP01'],
    });
  });

  it('is shown with what is canceled apart, and complete without it', async () => {
    cli = new CommandLine(seed(ROWS(['WP01', 'done'], ['WP02', 'done'], ['WP03', 'canceled'])));
    const { out } = await cli.run('agent tasks status');
    expect(out).toContain('001-alpha  2 of 3 done');
    expect(out).toMatch(/canceled 1\n +WP03/);
    expect(out).toMatch(/no lane before finalize-tasks 1\n +WP04/);
    expect(await card('WP04')).toMatchObject({ lane: null });
    const { document } = await cli.run('agent tasks status --json');
    expect(document.lanes).toMatchObject({ planned: 0, done: 2, canceled: 1 });
  });

  it('names every line of the log that is none, in whatever command reads it', async () => {
    cli = new CommandLine(seed(`${ROWS(['WP01', 'planned'])}{"torn":\n`));
    for (const line of [
      'agent tasks status',
      'implement WP01',
      'agent feature finalize-tasks',
      'accept',
      'agent tasks move-task WP01 --to doing',
    ]) {
      const { document } = await cli.run(`${line} --json`);
      expect(document.error.message).toContain('status.events.jsonl:2 is not JSON');
    }
    expect(cli.git.git('status', '--porcelain', '--', 'kitty-specs')).toBe('');
  });
});
