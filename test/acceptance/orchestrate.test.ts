import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { direct, makeOrchestrated, type Graph } from '../support/agents/orchestration.js';
import { expectThrough, succeeded, told } from '../support/agents/story.js';
import { AWAKE, nothingRuns } from '../support/background.js';
import { sharedHubProcess, tokenOf } from '../support/hub-process.js';
import { FEATURE } from '../support/planning-documents.js';
import { ask } from '../support/project.js';
import { BIN, runCli, startCli } from '../support/run-cli.js';
import { inSandbox } from '../support/sandbox.js';

const hub = sharedHubProcess();

const orchestrate = (...args: readonly string[]): readonly string[] => [
  'orchestrate',
  '--feature',
  FEATURE,
  ...args,
];

describe('an orchestration', () => {
  it(
    'brings a feature to its end past agents that fail, hang, die, do nothing, move it, and ask for changes',
    () =>
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
          timeoutMinutes: 0.15,
        });
        const env = { ...AWAKE.env, SPEC_KITTY_PROGRAM: JSON.stringify([process.execPath, BIN]) };
        const output = succeeded(await runCli(sandbox, orchestrate('--max-parallel', '4'), { env }));
        expect(output).toContain('6 of 6 done');
        const story = await told(hub, sandbox, project);
        expectThrough(story, graph, 2);
        expect(story.assigned).toEqual({
          WP01: ['implementation alpha 0', 'review beta 0'],
          WP02: ['implementation alpha 0', 'implementation beta 1', 'review gamma 0'],
          WP03: ['implementation alpha 0', 'implementation beta 1', 'review gamma 0'],
          WP04: ['implementation alpha 0', 'review beta 0', 'implementation alpha 1', 'review beta 1'],
          WP05: ['implementation alpha 0', 'review beta 0', 'review gamma 1'],
          WP06: [
            'implementation alpha 0',
            'implementation beta 1',
            'implementation gamma 2',
            'review alpha 0',
          ],
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
      }),
    120_000,
  );

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
      const story = await told(hub, sandbox, project);
      expectThrough(story, graph);
      expect(story.assigned['WP02']).toEqual(['implementation alpha 0', 'review beta 0']);
    }));

  it(
    'that waits for a person says so to the team, until it goes on',
    () =>
      inSandbox(async (sandbox) => {
        const script = { implementation: 'fail' };
        const project = await makeOrchestrated(sandbox, hub.url, { WP01: [] }, { script });
        const waiting = async (): Promise<readonly any[]> => {
          await ask(sandbox, ['sync', 'now']);
          const headers = { authorization: `Bearer ${await tokenOf(hub.url, 'ada')}`, connection: 'close' };
          const now = (await (await fetch(`${hub.url}/api/v1/now/`, { headers })).json()) as any;
          return now.attention.filter((each: any) => each.project === project);
        };
        expect((await runCli(sandbox, orchestrate())).code).toBe(1);
        expect(await waiting()).toMatchObject([
          {
            ...{ reason: 'paused', wp_id: 'WP01', feature: FEATURE },
            detail: expect.stringMatching(/^No agent is left that could do the implementation\./),
          },
        ]);
        await direct(sandbox, {});
        succeeded(await runCli(sandbox, ['orchestrate', '--resume']));
        expect(await waiting()).toEqual([]);
      }),
    120_000,
  );

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
      expect(await told(hub, sandbox, project)).toMatchObject({
        lanes: { WP01: 'planned doing' },
        completed: 0,
      });
      expect(existsSync(join(sandbox.project, '.worktrees', `${FEATURE}-WP01`))).toBe(true);
    }));
});
