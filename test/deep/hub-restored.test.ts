import { jest } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeEvent } from '../support/hub-events.js';
import { smallFeature } from '../support/planning-documents.js';
import { makeProject, PASSWORD, signIn, succeed } from '../support/project.js';
import { startCli, type RunningCli } from '../support/run-cli.js';
import { createSandbox, type Sandbox } from '../support/sandbox.js';

jest.setTimeout(300_000);

interface Machine {
  readonly sandbox: Sandbox;
  readonly project: string;
}

describe('a hub that was restored', () => {
  const sandboxes: Sandbox[] = [];
  let serving: RunningCli | undefined;
  const sandboxOf = async (): Promise<Sandbox> => {
    const sandbox = await createSandbox();
    sandboxes.push(sandbox);
    return sandbox;
  };
  afterEach(async () => {
    await serving?.kill();
    for (const sandbox of sandboxes) await sandbox.dispose();
  });

  /** Takes so many events into the journal of a machine, and delivers them. Resolves to their ids. */
  const deliver = async ({ sandbox, project }: Machine, count: number): Promise<readonly string[]> => {
    const events = Array.from({ length: count }, () =>
      makeEvent({
        project_uuid: project,
        team_slug: 'local',
        node_id: project.replaceAll('-', '').slice(0, 12),
      }),
    );
    const file = join(sandbox.directory, 'events.ndjson');
    await writeFile(file, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    await succeed(sandbox, ['events', 'import', file]);
    expect(await succeed(sandbox, ['sync', 'now'])).toMatchObject({ delivered: count });
    return events.map((event) => event.event_id);
  };

  it('gets back what three machines delivered since the backup, and nothing twice', async () => {
    const home = await sandboxOf();
    const data = ['--data', join(home.directory, 'hub')];
    await succeed(home, ['hub', 'team', 'add', 'acme', ...data]);
    const ada = ['hub', 'user', 'add', 'ada', '--team', 'acme', '--password-stdin', ...data];
    await succeed(home, ada, { input: `${PASSWORD}\n` });
    const serve = async (port: string): Promise<string> => {
      serving = startCli(home, ['hub', 'serve', '--port', port, ...data]);
      return (await serving.waitFor(/The hub is at (https?:\S+)/))[1] ?? '';
    };
    const url = await serve('0');
    const machines: Machine[] = [];
    const ids: string[] = [];
    for (let each = 0; each < 3; each++) {
      const sandbox = await sandboxOf();
      const machine = { sandbox, project: await makeProject(sandbox, smallFeature({ WP01: {} })) };
      machines.push(machine);
      await signIn(sandbox, url);
      ids.push(...(await deliver(machine, 10)));
    }
    const backup = join(home.directory, 'backup.sqlite');
    await succeed(home, ['hub', 'backup', backup, ...data]);
    for (const [at, machine] of machines.entries()) {
      ids.push(...(await deliver(machine, at === 0 ? 334 : 333)));
    }
    expect((await serving!.kill()).code).toBe(0);
    await succeed(home, ['hub', 'restore', backup, ...data]);
    expect(await serve(new URL(url).port)).toBe(url);

    for (const [at, { sandbox }] of machines.entries()) {
      const lost = at === 0 ? 334 : 333;
      expect(await succeed(sandbox, ['sync', 'now'])).toMatchObject({ delivered: lost, duplicate: 0 });
      expect(await succeed(sandbox, ['sync', 'verify'])).toMatchObject({
        agrees: true,
        projects: [{ settled: lost + 10, at_hub: lost + 10, reoffered: lost }],
      });
      expect(await succeed(sandbox, ['sync', 'now'])).toMatchObject({ delivered: 0 });
    }
    const response = await fetch(`${url}/api/v1/token/`, {
      method: 'POST',
      headers: { connection: 'close' },
      body: JSON.stringify({ username: 'ada', password: PASSWORD }),
    });
    const { access } = (await response.json()) as { access: string };
    const headers = { authorization: `Bearer ${access}`, connection: 'close' };
    const stored: string[] = [];
    for (let after = 0, more = true; more;) {
      const page = await fetch(`${url}/api/v1/receipts/?after=${after}&limit=1000`, { headers });
      const { receipts, ...rest } = (await page.json()) as {
        receipts: { event_id: string }[];
        next: number;
        more: boolean;
      };
      stored.push(...receipts.map((receipt) => receipt.event_id));
      ({ next: after, more } = rest);
    }
    expect(stored.sort()).toEqual(ids.sort());
    expect((await fetch(`${url}/api/v1/events/?after=999999`, { headers })).status).toBe(409);
    expect((await fetch(`${url}/api/v1/events/?history=another`, { headers })).status).toBe(409);
  });
});
