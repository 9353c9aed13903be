import { ControlledTime } from '../../../src/adapters/memory/memory-host.js';
import { bufferSink } from '../../support/buffer-sink.mjs';
import { DOCUMENTS } from '../../../src/app/documents/all.js';
import { CommandLine } from '../../support/command-line.js';
import { pathOf, smallFeature, workPackageText } from '../../support/planning-documents.js';
import { usageNote } from '../../../src/domain/work/usage-note.js';
import { issuesOf } from '../../../src/domain/document.js';

const NASTY = 'a\u001b[2Jb\u009bc\u202ed';

let cli: CommandLine;

beforeEach(() => {
  cli = new CommandLine(
    smallFeature({
      WP01: { lane: 'doing' },
      WP02: { dependencies: '["WP01"]' },
      WP03: { lane: 'limbo' },
    }),
  );
});

afterEach(() => cli.remove());

const status = (): string => cli.git.git('status', '--porcelain=v2', '--untracked-files=all', '--ignored');

const expectDescribed = (command: string, document: unknown): void => {
  const described = DOCUMENTS.find((each) => each.command === command);
  expect(issuesOf(described!.schema, document)).toEqual([]);
};

describe('agent tasks status', () => {
  it('shows the board and what is unreadable, writes nothing and emits nothing', async () => {
    const before = status();
    const { outcome, out, err } = await cli.run('agent tasks status');
    expect([outcome, err]).toEqual(['done', '']);
    expect(out).toContain('001-alpha  0 of 2 done');
    expect(out).toContain('  waits for WP01');
    expect(out).toContain(`unreadable: ${pathOf('WP03')}:4: lane is "limbo"`);
    expect(status()).toBe(before);
    expect((await cli.run('events list --json')).document.events).toEqual([]);
  });

  it('prints the document that is described', async () => {
    const { document } = await cli.run('agent tasks status --json');
    expectDescribed('agent tasks status', document);
    expect(document).toMatchObject({
      lanes: { planned: 1, doing: 1, for_review: 0, done: 0 },
      work_packages: [
        { work_package_id: 'WP01', since_ms: null, age_ms: null },
        { work_package_id: 'WP02', waits_for: ['WP01'], tasks: 1, open_tasks: 0 },
      ],
    });
  });

  it('says what runs of agents took, as they report, and of how many runs a number is known', async () => {
    const line = (note: string): string =>
      `- 2026-02-01T10:00:00Z \u2013 ann \u2013 lane=doing \u2013 ${note}`;
    const notes = [
      usageNote({ duration_ms: 200_000, turns: 4, input_tokens: 12_340, cost_usd_micros: 510_000 }, 'review'),
      usageNote({ duration_ms: 100_000 }, 'implementation'),
      'Usage of the run for nothing',
    ];
    const body = ['## Activity Log', '', ...notes.map(line), ''].join('\n');
    cli.git.write(pathOf('WP01'), workPackageText('WP01', { lane: 'doing', body }));
    const { out } = await cli.run('agent tasks status');
    expect(out).toContain(
      '2 runs of agents · 5 min · 4 turns (1 of 2 runs) · 12.3k tokens in (1 of 2 runs) · $0.51 (1 of 2 runs) (as they report)',
    );
    const { document } = await cli.run('agent tasks status --json');
    expectDescribed('agent tasks status', document);
    expect(document.work_packages[0].usage).toEqual({
      runs: 2,
      duration_ms: { sum: 300_000, runs: 2 },
      turns: { sum: 4, runs: 1 },
      input_tokens: { sum: 12_340, runs: 1 },
      output_tokens: null,
      cost_usd_micros: { sum: 510_000, runs: 1 },
    });
    expect(document.work_packages[1].usage).toBeUndefined();
  });

  it('scenario 32: shows what a title or a name tries to do to the terminal', async () => {
    cli.git.write(
      pathOf('WP01'),
      workPackageText('WP01', { title: NASTY, lane: 'doing' }).replace(
        'agent: ""',
        `agent: ${JSON.stringify(NASTY)}`,
      ),
    );
    for (const line of ['agent tasks status', 'agent tasks list', 'agent tasks status --json']) {
      const { out, err } = await cli.run(line);
      expect(out + err).toMatch(/a\\+(?:x1b|u001b)\[2Jb/);
      // oxlint-disable-next-line no-control-regex -- these are the characters in question
      expect(out + err).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
    }
  });
});

describe('agent tasks mark-status', () => {
  it('says what it did, and of what stood so already that nothing was done', async () => {
    const { out, err } = await cli.run('agent tasks mark-status T001 T002 WP02 --status pending');
    expect(out.split('\n')).toEqual([
      'T001 of WP01 is open.',
      'T002 of WP02 is open.',
      'WP02 is in planned already; nothing was done.',
      '',
    ]);
    expect(err).toBe('[Local only] 2 waiting\nnext: spec-kitty implement WP02\n');
    expect((await cli.run('agent tasks mark-status T001 --status pending')).out).toBe(
      'T001 of WP01 is open already; nothing was done.\n',
    );
  });

  it('tells what a work package that is done sets free', async () => {
    cli.git.write(pathOf('WP03'), workPackageText('WP03'));
    const { out } = await cli.run('agent tasks mark-status WP01 --status done --force');
    expect(out).toBe('WP01 went from doing to done.\nOne dependency less for WP02.\n');
  });

  it('prints the document that is described, also when it does nothing', async () => {
    for (const ids of ['T001 WP01', 'WP01'])
      expectDescribed(
        'agent tasks mark-status',
        (await cli.run(`agent tasks mark-status ${ids} --status planned --json`)).document,
      );
  });

  it('is told what cannot be marked, in one error', async () => {
    const { outcome, out, err } = await cli.run('agent tasks mark-status T001 T008 WP09 --status done');
    expect([outcome, out]).toEqual(['failed', '']);
    expect(err).toMatch(
      /^error\[work-package-not-found\]: .* WP09\.\n {2}.* T008\.\nhint: Nothing was marked\./,
    );
  });
});

describe('agent tasks list', () => {
  it('counts the lanes of the whole feature, what is canceled too, whatever is listed', async () => {
    cli.remove();
    const row = {
      ...{ at: '2026-02-01T00:00:00+00:00', event_id: '01KZ0000000000000000000001' },
      ...{ from_lane: 'planned', mission_slug: '001-alpha', to_lane: 'canceled', wp_id: 'WP02' },
    };
    const documents = { 'status.events.jsonl': `${JSON.stringify(row)}\n` };
    cli = new CommandLine(smallFeature({ WP01: { lane: 'doing' }, WP02: {} }, documents));
    const { document } = await cli.run('agent tasks list --lane planned --json');
    expect(document).toMatchObject({ lanes: { canceled: 1 }, work_packages: [] });
  });

  it.each([
    ['', ['WP01', 'WP02']],
    [' --lane planned', ['WP02']],
    [' --lane doing,planned', ['WP01', 'WP02']],
    [' --lane done', []],
    [' --agent nobody', []],
  ])('lists those that are asked for:%s', async (options, ids) => {
    const { document } = await cli.run(`agent tasks list${options} --json`);
    expectDescribed('agent tasks list', document);
    expect(document.work_packages.map((card: any) => card.work_package_id)).toEqual(ids);
  });

  it('finds those of an agent, however the name is written, and warns of what is unreadable', async () => {
    cli.git.write(pathOf('WP02'), workPackageText('WP02').replace('agent: ""', 'agent: "Claude"'));
    const { out, err } = await cli.run('agent tasks list --agent claude');
    expect(out).toContain('WP02  planned  Title of WP02  Claude');
    expect(out).not.toContain('WP01  ');
    expect(err).toContain(`warning: ${pathOf('WP03')}:4: lane is "limbo"`);
  });

  it('refuses a lane that there is not', async () => {
    expect(await cli.run('agent tasks list --lane limbo')).toMatchObject({ outcome: 'wrong-usage' });
  });
});

describe('agent tasks status --watch', () => {
  /** Watches while time stands still, lets each of the changes be seen, and interrupts. */
  const watch = async (
    changes: readonly ((time: ControlledTime) => void)[],
    options: { readonly line?: string; readonly columns?: number; readonly rows?: number } = {},
  ): Promise<{ readonly outcome: string; readonly out: string }> => {
    const time = new ControlledTime(Date.UTC(2026, 1, 1, 1));
    const interruption = new AbortController();
    const { rows } = options;
    const stdout = { ...bufferSink(options.columns), ...(rows === undefined ? {} : { rows }) };
    let looks = 0;
    let looked: () => void = () => undefined;
    const timer = {
      sleep: (ms: number, signal?: AbortSignal): Promise<void> => {
        looks += 1;
        looked();
        return time.sleep(ms, signal);
      },
    };
    const lookedTimes = async (count: number): Promise<void> => {
      while (looks < count) await new Promise<void>((resolve) => (looked = resolve));
    };
    const running = cli.run(options.line ?? 'agent tasks status --watch', {
      stdout,
      signal: interruption.signal,
      overrides: { timer, wallClock: time },
    });
    // A command that fails looks no more.
    await Promise.race([lookedTimes(1), running]);
    for (const [at, change] of changes.entries()) {
      change(time);
      await time.advance(1000);
      await Promise.race([lookedTimes(at + 2), running]);
    }
    interruption.abort();
    return running;
  };

  const finish = (): void => cli.git.write(pathOf('WP01'), workPackageText('WP01', { lane: 'done' }));
  const nothing = (): void => undefined;

  it('prints one frame for each change where there is no terminal, and ends when it is interrupted', async () => {
    const { outcome, out } = await watch([nothing, finish, nothing]);
    expect(outcome).toBe('interrupted');
    expect(out.match(/^001-alpha.*$/gm)).toEqual(['001-alpha  0 of 2 done', '001-alpha  1 of 2 done']);
    expect(out).not.toContain('\u001b');
  });

  it('stays with the feature that it found first, though another one comes', async () => {
    const another = (): void => cli.git.write('kitty-specs/002-beta/meta.json', '{}');
    const { outcome, out } = await watch([another, finish, nothing]);
    expect([outcome, out.match(/^00.*$/gm)]).toEqual([
      'interrupted',
      ['001-alpha  0 of 2 done', '001-alpha  1 of 2 done'],
    ]);
  });

  it('prints one document on each line with --json', async () => {
    const { out } = await watch([finish, nothing], { line: 'agent tasks status --watch --json' });
    const documents = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(documents.map(({ lanes }) => lanes.done)).toEqual([0, 1]);
    for (const document of documents) expectDescribed('agent tasks status', document);
  });

  it('draws in place on a terminal, cut to its height, also when only the ages have changed', async () => {
    const body = '## Activity Log\n\n- 2026-02-01T00:00:00Z – a – lane=doing – x';
    cli.git.write(pathOf('WP01'), workPackageText('WP01', { lane: 'doing', body }));
    for (const id of ['WP04', 'WP05', 'WP06']) cli.git.write(pathOf(id), workPackageText(id));
    const later = (time: ControlledTime): void => time.set(Date.UTC(2026, 1, 1, 5));
    const { out } = await watch([nothing, later], { columns: 80, rows: 8 });
    const frames = out.split('\u001b[H\u001b[2J').slice(1);
    expect(frames.map((frame) => frame.split('\n').length)).toEqual([8, 8]);
    expect(frames[0]).toContain('… 4 more lines');
    expect(frames[0]).not.toBe(frames[1]);
  });
});
