import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  AGENTS,
  chronicleOf,
  direct,
  edgesOf,
  makeOrchestrated,
  performed,
  type Chronicle,
  type Graph,
} from '../support/agents/orchestration.js';
import { AWAKE, nothingRuns, running } from '../support/background.js';
import { sharedHubProcess } from '../support/hub-process.js';
import { FEATURE } from '../support/planning-documents.js';
import { ask } from '../support/project.js';
import { expectAccounted, idsOf, journalOf } from '../support/recount.js';
import { BIN, runCli, startCli, type CliResult } from '../support/run-cli.js';
import { inSandbox, type Sandbox } from '../support/sandbox.js';

const hub = sharedHubProcess();

const orchestrate = (...args: readonly string[]): readonly string[] => [
  'orchestrate',
  '--feature',
  FEATURE,
  ...args,
];

/**
 * Delivers what is left and reads the project's story from the hub, where every event that was captured is stored, once.
 * Nothing runs any more and git has nothing to say.
 */
const told = async (sandbox: Sandbox, project: string): Promise<Chronicle> => {
  expect(running(sandbox)).toEqual([]);
  expect(await ask(sandbox, ['sync', 'now'])).toMatchObject({ code: 0, document: { left: 0 } });
  const stored = (await hub.events(project)).map(({ event }) => event);
  expect([...idsOf(stored)].sort()).toEqual([...idsOf(await journalOf(sandbox, project))].sort());
  await expectAccounted(sandbox, { atHub: idsOf(stored) }, project);
  expect(await sandbox.git(['status', '--porcelain'])).toBe('');
  return chronicleOf(stored);
};

/** What has to be the case when a run is through, whatever happened on its way. `runs`: with the agents' own commands. */
const expectThrough = (story: Chronicle, graph: Graph, runs = 1): void => {
  const ids = Object.keys(graph);
  expect(story.created).toEqual(ids);
  expect(story.resolved).toEqual(edgesOf(graph));
  expect({ completed: story.completed, runs: story.runs.length }).toEqual({ completed: 1, runs });
  for (const id of ids) {
    expect(`${id} ${story.lanes[id]}`).toMatch(
      new RegExp(`^${id} planned doing for_review( doing for_review)* done$`),
    );
    for (const phase of ['implementation', 'review']) {
      const rounds = (story.assigned[id] ?? []).filter((each) => each.startsWith(phase));
      expect(`${id} ${rounds.map((each) => each.split(' ')[2]).join()}`).toBe(
        `${id} ${rounds.map((_, round) => round).join()}`,
      );
    }
  }
};

const succeeded = ({ code, stdout, stderr }: CliResult): string => {
  if (code !== 0) throw new Error(`It ended with ${code}: ${stdout}${stderr}`);
  return stdout + stderr;
};

describe('an orchestration', () => {
  it('brings a feature to its end past agents that fail, hang, die, do nothing, move it, and ask for changes', () =>
    inSandbox(async (sandbox) => {
      const graph: Graph = {
        WP01: [],
        WP02: ['WP01'],
        WP03: ['WP01'],
        WP04: ['WP02', 'WP03'],
        WP05: ['WP04'],
        WP06: ['WP04'],
      };
      const project = await makeOrchestrated(sandbox, hub.url, graph, {
        script: {
          'WP01 implementation': 'commit',
          'WP02 implementation 1': 'fail',
          'WP03 implementation 1': 'hang',
          'WP04 review 1': 'reject',
          'WP05 implementation': 'move',
          'WP05 review 1': 'mumble',
          'WP06 implementation 1': 'nothing',
          'WP06 implementation 2': 'die',
        },
        timeoutMinutes: 0.1,
      });
      const env = { ...AWAKE.env, SPEC_KITTY_PROGRAM: JSON.stringify([process.execPath, BIN]) };
      const output = succeeded(await runCli(sandbox, orchestrate('--max-parallel', '4'), { env }));
      expect(output).toContain('6 of 6 done');
      const story = await told(sandbox, project);
      expectThrough(story, graph, 2);
      expect(story.assigned).toEqual({
        WP01: ['implementation alpha 0', 'review beta 0'],
        WP02: ['implementation alpha 0', 'implementation beta 1', 'review gamma 0'],
        WP03: ['implementation alpha 0', 'implementation beta 1', 'review gamma 0'],
        WP04: ['implementation alpha 0', 'review beta 0', 'implementation alpha 1', 'review beta 1'],
        WP05: ['implementation alpha 0', 'review beta 0', 'review gamma 1'],
        WP06: ['implementation alpha 0', 'implementation beta 1', 'implementation gamma 2', 'review alpha 0'],
      });
      // One agent takes its work package to review by itself; what is done already is not done again.
      expect(story.lanes['WP05']).toBe('planned doing for_review done');
      expect(story.lanes['WP04']).toBe('planned doing for_review doing for_review done');
      // Everything is in the target branch.
      expect(await sandbox.git(['show', 'main:WP04.txt'])).toBe('alpha, round 1\nalpha, round 2');
      expect(await sandbox.git(['ls-files', 'WP*.txt'])).toBe(
        Object.keys(graph)
          .map((id) => `${id}.txt`)
          .join('\n'),
      );
      const { document } = await ask(sandbox, ['orchestrate', '--status']);
      expect(document).toMatchObject({
        is_running: false,
        orchestration: { status: 'completed', counts: { done: 6 } },
      });
    }));

  it('that is interrupted stops its agents, and goes on where it was', () =>
    inSandbox(async (sandbox) => {
      const graph: Graph = { WP01: [], WP02: [], WP03: ['WP01', 'WP02'] };
      const project = await makeOrchestrated(sandbox, hub.url, graph, {
        script: { 'WP02 implementation': 'hang' },
      });
      const run = startCli(sandbox, orchestrate());
      await run.waitFor(/WP01 is done/);
      const { code, stdout } = await run.kill('SIGINT');
      expect(code).toBe(130);
      expect(stdout).toContain('spec-kitty orchestrate --resume');
      await nothingRuns(sandbox);
      await direct(sandbox, {});
      succeeded(await runCli(sandbox, ['orchestrate', '--resume'], AWAKE));
      const story = await told(sandbox, project);
      expectThrough(story, graph);
      expect(story.assigned['WP02']).toEqual(['implementation alpha 0', 'review beta 0']);
    }));

  it('that is given up from elsewhere ends, and cannot be resumed', () =>
    inSandbox(async (sandbox) => {
      const project = await makeOrchestrated(
        sandbox,
        hub.url,
        { WP01: [] },
        { script: { implementation: 'hang' } },
      );
      const run = startCli(sandbox, orchestrate());
      await run.waitFor(/WP01 alpha implements/);
      const other = await ask(sandbox, orchestrate());
      expect(other).toMatchObject({ code: 1, document: { error: { code: 'lock-busy' } } });
      const aborted = await ask(sandbox, ['orchestrate', '--abort']);
      expect(aborted).toMatchObject({ code: 0, document: { outcome: 'stopped' } });
      const { code, stdout } = await run.ended;
      expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining('was given up') });
      await nothingRuns(sandbox);
      const resumed = await ask(sandbox, ['orchestrate', '--resume']);
      expect(resumed.code).not.toBe(0);
      expect(await told(sandbox, project)).toMatchObject({ lanes: { WP01: 'planned doing' }, completed: 0 });
      expect(existsSync(join(sandbox.project, '.worktrees', `${FEATURE}-WP01`))).toBe(true);
    }));

  it(
    'of 150 work packages, 8 at a time, is through once and for all, although it is killed in the middle',
    () =>
      inSandbox(async (sandbox) => {
        const graph = largeGraph();
        const project = await makeOrchestrated(sandbox, hub.url, graph, {
          script: largeScript(graph),
          program: 'light',
        });
        const run = startCli(sandbox, orchestrate('--max-parallel', '8'), AWAKE);
        await run.waitFor(/is done, 70 of 150/);
        expect(await run.kill('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
        await nothingRuns(sandbox);
        succeeded(await runCli(sandbox, ['orchestrate', '--resume'], AWAKE));
        const story = await told(sandbox, project);
        expectThrough(story, graph);
        const rejected = Object.values(story.lanes).filter((lanes) => lanes.includes('for_review doing'));
        expect(rejected).toHaveLength(15);
        const started = await performed(sandbox);
        // What was cut off was started once more, and nothing else was.
        expect(started.length - new Set(started).size).toBeLessThanOrEqual(8);
        const { document } = await ask(sandbox, ['orchestrate', '--status']);
        expect(document).toMatchObject({ orchestration: { status: 'completed', agents: AGENTS } });
      }),
    900_000,
  );
});

const idOf = (number: number): string => `WP${String(number).padStart(2, '0')}`;

/** Wide enough for eight at a time, with several hundred edges. */
const largeGraph = (): Graph =>
  Object.fromEntries(
    Array.from({ length: 150 }, (_, index) => [
      idOf(index + 1),
      [20, 13, 9].map((back) => index + 1 - back).flatMap((number) => (number < 1 ? [] : [idOf(number)])),
    ]),
  );

/** One of ten each fails at first, is sent back once, gets no verdict; the others are committed by the agent or for it. */
const largeScript = (graph: Graph): Record<string, string> =>
  Object.fromEntries(
    Object.keys(graph).flatMap((id, index) => {
      switch (index % 10) {
        case 2:
          return [[`${id} implementation 1`, 'fail']];
        case 4:
          return [[`${id} implementation`, 'commit']];
        case 5:
          return [[`${id} review 1`, 'reject']];
        case 7:
          return [[`${id} review 1`, 'mumble']];
        default:
          return [];
      }
    }),
  );
