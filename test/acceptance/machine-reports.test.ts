import { makeOrchestrated } from '../support/agents/orchestration.js';
import { AWAKE, eventually, nothingRuns } from '../support/background.js';
import { ChaosHub } from '../support/chaos-hub.js';
import { sharedHubProcess, tokenOf } from '../support/hub-process.js';
import { FEATURE, smallFeature } from '../support/planning-documents.js';
import { addNote, ask, makeProject, signIn, succeed, type Document } from '../support/project.js';
import { startCli } from '../support/run-cli.js';
import { inSandbox } from '../support/sandbox.js';

const hub = sharedHubProcess();

const call = async (path: string, body?: object): Promise<any> => {
  const response = await fetch(`${hub.url}${path}`, {
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    headers: {
      authorization: `Bearer ${await tokenOf(hub.url, 'ada')}`,
      'content-type': 'application/json',
      connection: 'close',
    },
  });
  expect(response.status).toBe(200);
  return response.json();
};

describe('what a machine tells a hub of itself', () => {
  it('is how much waits there after each delivery, and since when', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, smallFeature({ WP01: {} }));
      await signIn(sandbox, hub.url);
      const machine = async () => {
        const { machines } = await call('/api/v1/machines/');
        return (machines as readonly Document[])[0];
      };
      expect(await machine()).toBeUndefined();
      await addNote(sandbox);
      await succeed(sandbox, ['sync', 'now']);
      expect(await machine()).toMatchObject({ waiting: 0, oldest_waiting: null });

      // The hub has another event under the id of the next one, and goes on refusing that.
      await addNote(sandbox);
      const { events } = await succeed(sandbox, ['events', 'list']);
      const next = (events as readonly Document[]).at(-1);
      const other = { ...next, team_slug: 'local', lamport_clock: 1000 };
      expect((await call('/api/v1/events/batch/', { events: [other] })).results).toMatchObject([
        { status: 'success' },
      ]);
      await ask(sandbox, ['sync', 'now']);
      expect(await machine()).toMatchObject({
        node_id: next?.['node_id'],
        waiting: 1,
        oldest_waiting: expect.any(String),
      });
    }));

  it('is said to no hub that did not announce it', () =>
    inSandbox(async (sandbox) => {
      const base = await ChaosHub.start({ capabilities: ['ack', 'auth', 'sequence'] });
      try {
        await makeProject(sandbox, smallFeature({ WP01: {} }));
        await signIn(sandbox, base.hub.url);
        await addNote(sandbox);
        await succeed(sandbox, ['sync', 'now']);
        expect(base.batches()).toHaveLength(1);
        expect(base.requests.filter(({ path }) => path.includes('machines'))).toEqual([]);
      } finally {
        await base.close();
      }
    }));

  it('is since when the program of an agent at work is silent', () =>
    inSandbox(async (sandbox) => {
      const project = await makeOrchestrated(
        sandbox,
        hub.url,
        { WP01: [] },
        { script: { implementation: 'hang' } },
      );
      const run = startCli(sandbox, ['orchestrate', '--feature', FEATURE], AWAKE);
      let now: any;
      await eventually(
        async () => {
          now = await call('/api/v1/now/');
          return now.at_work[0]?.last_output != null;
        },
        () => `the hub says ${JSON.stringify(now)}`,
      );
      const [{ since, last_output: output }] = now.at_work;
      expect(now.at_work).toMatchObject([{ agent: 'alpha', project, feature: FEATURE, wp_id: 'WP01' }]);
      expect(Date.parse(output)).toBeGreaterThanOrEqual(Date.parse(since));
      await run.kill('SIGINT');
      await nothingRuns(sandbox);
    }));
});
