import { AGENTS, makeOrchestrated, performed, type Graph } from '../support/agents/orchestration.js';
import { expectThrough, succeeded, told } from '../support/agents/story.js';
import { AWAKE, nothingRuns } from '../support/background.js';
import { sharedHubProcess } from '../support/hub-process.js';
import { FEATURE } from '../support/planning-documents.js';
import { ask } from '../support/project.js';
import { runCli, startCli } from '../support/run-cli.js';
import { inSandbox } from '../support/sandbox.js';

const hub = sharedHubProcess();

describe('an orchestration', () => {
  it(
    'of 150 work packages, 8 at a time, is through once and for all, although it is killed in the middle',
    () =>
      inSandbox(async (sandbox) => {
        const graph = largeGraph();
        const project = await makeOrchestrated(sandbox, hub.url, graph, {
          script: largeScript(graph),
          program: 'light',
        });
        const run = startCli(sandbox, ['orchestrate', '--feature', FEATURE, '--max-parallel', '8'], AWAKE);
        await run.waitFor(/is done, 70 of 150/);
        expect(await run.kill('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
        await nothingRuns(sandbox);
        succeeded(await runCli(sandbox, ['orchestrate', '--resume'], AWAKE));
        const story = await told(hub, sandbox, project);
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
