import { join } from 'node:path';
import { readdir, readFile } from 'node:fs/promises';
import { ChaosHub } from '../support/chaos-hub.js';
import { smallFeature } from '../support/planning-documents.js';
import { addNotes, ask, makeProject, makeRepository, PASSWORD, signIn, succeed } from '../support/project.js';
import { expectAccounted, idsOf, journalOf } from '../support/recount.js';
import { runCli, type CliOptions } from '../support/run-cli.js';
import { createSandbox, type Sandbox } from '../support/sandbox.js';

const SHIM = join(import.meta.dirname, '..', 'support', 'death.cjs');

/** Runs a command that dies before its n-th step. `true`: it did. */
const dies = async (
  sandbox: Sandbox,
  args: readonly string[],
  n: number,
  options: CliOptions = {},
): Promise<boolean> => {
  const env = { NODE_OPTIONS: `--require=${SHIM}`, DEATH_STEP: String(n) };
  const { code, signal, stderr } = await runCli(sandbox, [...args, '--json'], { ...options, env });
  if (signal !== 'SIGKILL' && code !== 0) throw new Error(`${args.join(' ')} at ${n}: ${stderr}`);
  return signal === 'SIGKILL';
};

/** A sandbox and a hub for the length of a story. */
const withHub = async (story: (sandbox: Sandbox, hub: ChaosHub) => Promise<void>): Promise<void> => {
  const [sandbox, hub] = [await createSandbox(), await ChaosHub.start()];
  try {
    await story(sandbox, hub);
  } finally {
    await hub.close();
    await sandbox.dispose();
  }
};

describe('a command about accounts and delivery that is killed', () => {
  it(
    'scenario 3: sync now, before every one of its steps: the accounts are right at once, and the next pass finishes',
    () =>
      withHub(async (sandbox, hub) => {
        await makeProject(sandbox, smallFeature({ WP01: {} }));
        await signIn(sandbox, hub.address.url);
        // One event that is refused stays in the ledger through everything.
        const [refused] = await addNotes(sandbox, 1);
        hub.hub.judge = ({ event_id: id }) =>
          id === refused ? { status: 'rejected', error_message: 'no' } : undefined;
        for (let attempt = 0; attempt < 5; attempt++) await ask(sandbox, ['sync', 'now']);
        let deaths = 0;
        for (let dead = true; dead; deaths += dead ? 1 : 0) {
          const [id] = await addNotes(sandbox, 1);
          dead = await dies(sandbox, ['sync', 'now'], deaths + 1);
          const { projects } = await succeed(sandbox, ['sync', 'status']);
          const { delivered, duplicate, pending, dead_letters: deadLetters } = projects[0].accounting;
          expect(projects[0].balanced).toBe(true);
          // No receipt is counted that the hub has not given, and none is lost with the dead letters.
          expect(delivered + duplicate).toBeLessThanOrEqual(hub.hub.storedIds('acme').length);
          expect({ deadLetters, pending }).toEqual({ deadLetters: { no: 1 }, pending: expect.any(Number) });
          expect(await ask(sandbox, ['sync', 'now'])).toMatchObject({ code: 0, document: { left: 0 } });
          expect(hub.hub.storedIds('acme')).toContain(id);
          await expectAccounted(sandbox, { atHub: hub.hub.storedIds('acme'), deadLetters: { no: 1 } });
        }
        expect(deaths).toBeGreaterThan(3);
        const journal = idsOf(await journalOf(sandbox));
        expect(hub.hub.storedIds('acme')).toEqual(journal.filter((id) => id !== refused));
      }),
    60_000,
  );

  it('scenario 30: init, before every one of its steps: the next one agrees with what is on disk, once and committed', async () => {
    for (let n = 1, dead = true; dead; n++) {
      const sandbox = await createSandbox();
      try {
        await makeRepository(sandbox, smallFeature({ WP01: {} }));
        dead = await dies(sandbox, ['init'], n);
        const { project_uuid: uuid } = await succeed(sandbox, ['init']);
        const config = await readFile(join(sandbox.project, '.kittify', 'config.yaml'), 'utf8');
        expect(config.match(/uuid:.*$/gm)).toEqual([expect.stringContaining(uuid)]);
        expect({ n, status: await sandbox.git(['status', '--porcelain']) }).toEqual({ n, status: '' });
        expect((await sandbox.git(['log', '--format=%s', '--', '.kittify'])).split('\n')).toHaveLength(1);
      } finally {
        await sandbox.dispose();
      }
      if (!dead) expect(n).toBeGreaterThan(5);
    }
  }, 60_000);

  it(
    'scenario 20: login, before every one of its steps: nobody or somebody is signed in, and never without the answer about what waits',
    () =>
      withHub(async (sandbox, hub) => {
        await makeProject(sandbox, smallFeature({ WP01: {} }));
        const [waiting] = await addNotes(sandbox, 1);
        const login = ['auth', 'login', '--server', hub.address.url, '--username', 'ada', '--password-stdin'];
        const options = { input: `${PASSWORD}\n` };
        let deaths = 0;
        while (await dies(sandbox, login, deaths + 1, options)) {
          deaths += 1;
          expect([0, 4]).toContain((await ask(sandbox, ['auth', 'status'])).code);
          await ask(sandbox, ['sync', 'now']);
          expect(hub.hub.storedIds('acme')).toEqual([]);
          await ask(sandbox, ['auth', 'logout']);
          // Nothing that a hub would take for a sign-in lies around in any file.
          const left = (await readdir(sandbox.stateRoot)).filter((name) => name.includes('credentials'));
          expect({ deaths, left }).toEqual({ deaths, left: [] });
        }
        expect(deaths).toBeGreaterThan(2);
        await succeed(sandbox, ['sync', 'on']);
        await succeed(sandbox, ['sync', 'now']);
        expect(hub.hub.storedIds('acme')).toEqual([waiting]);
      }),
    60_000,
  );
});
