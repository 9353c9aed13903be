// Jest links a module only in part when several ask for it first at the same time.
import 'smol-toml';
import { createClient, type Client, type ClientOptions } from '../../src/app/index.js';
import { SecretCredentials } from '../../extension/src/adapters/secret-credentials.js';
import { running } from '../support/background.js';
import { startHubProcess } from '../support/hub-process.js';
import { FEATURE, smallFeature } from '../support/planning-documents.js';
import { ask, inParallel, makeProject, signIn, succeed } from '../support/project.js';
import { expectAccounted, idsOf, journalOf } from '../support/recount.js';
import { startCli } from '../support/run-cli.js';
import { inSandbox, type Sandbox } from '../support/sandbox.js';

const WINDOWS = 4;
const BY_WINDOW = 475;
const BY_COMMANDS = 100;

/** A client as the extension composes it for a window, but for the settings, which ask the editor. */
const windowOn = async (sandbox: Sandbox): Promise<Client> => {
  const surroundings: ClientOptions = {
    directory: sandbox.project,
    env: sandbox.env,
    stateRoot: sandbox.stateRoot,
    backgroundSync: 'off',
    stderr: { write: () => true },
  };
  const kept = new Map<string, string>();
  const secrets = {
    get: async (key: string) => kept.get(key),
    store: async (key: string, value: string) => void kept.set(key, value),
    delete: async (key: string) => void kept.delete(key),
    onDidChange: () => ({ dispose: () => undefined }),
  };
  const plain = createClient(surroundings);
  const credentials = new SecretCredentials(await plain.port('credentials'), secrets);
  return createClient({ ...surroundings, overrides: { credentials } });
};

/** Delivers as a window does: while another process has the place, it looks again. */
const deliver = async (client: Client, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    await client.delivery.backgroundProcess.run({ lingerMs: Infinity }, signal).catch(() => undefined);
    await new Promise((passed) => setTimeout(passed, 50));
  }
};

describe('windows, commands and the background process on one state root', () => {
  it(
    'lose and repeat none of 2,000 events, and the clock rises with every one',
    () =>
      inSandbox(async (sandbox) => {
        const hub = await startHubProcess();
        try {
          const ids = ['WP01', 'WP02', 'WP03', 'WP04', 'WP05'];
          const uuid = await makeProject(
            sandbox,
            smallFeature(Object.fromEntries(ids.map((id) => [id, {}]))),
          );
          await signIn(sandbox, hub.url);
          const background = startCli(sandbox, ['sync', 'run']);
          const windows = await Promise.all(Array.from({ length: WINDOWS }, () => windowOn(sandbox)));
          const end = new AbortController();
          const delivering = windows.map((client) => deliver(client, end.signal));
          const byWindows = windows.map(async (client, at) => {
            const request = { ...(await client.feature(FEATURE)), workPackageId: ids[at] ?? '' };
            for (let n = 0; n < BY_WINDOW; n++)
              await client.work.addHistory.run({
                ...request,
                note: `window ${at}, note ${n}`,
                commit: false,
              });
          });
          const commands = Array.from({ length: BY_COMMANDS }, (_, n) => n);
          const byCommands = inParallel(commands, 2, async (n) => {
            // The command line's process ends in the middle, and one of the windows takes over.
            if (n === BY_COMMANDS / 2) expect((await background.kill()).code).toBe(0);
            const note = ['--note', `command ${n}`, '--no-commit'];
            return (await ask(sandbox, ['agent', 'tasks', 'add-history', 'WP05', ...note])).code;
          });
          await Promise.all(byWindows);
          expect(new Set(await byCommands)).toEqual(new Set([0]));

          const all = WINDOWS * BY_WINDOW + BY_COMMANDS;
          const journal = await journalOf(sandbox, uuid);
          expect(new Set(idsOf(journal)).size).toBe(all);
          const clocks = journal.map(({ lamport_clock: clock }) => clock as number);
          expect(clocks.filter((clock, at) => at > 0 && clock <= (clocks[at - 1] ?? 0))).toEqual([]);
          end.abort();
          await Promise.all(delivering);
          // What the windows and the process did not get to, as a person would.
          await succeed(sandbox, ['sync', 'now']);
          const stored = (await hub.events(uuid)).map(({ event }) => event['event_id'] as string);
          expect([...stored].sort()).toEqual([...idsOf(journal)].sort());
          await expectAccounted(sandbox, { atHub: stored }, uuid);
          await Promise.all(windows.map((client) => client.close()));
        } finally {
          for (const pid of running(sandbox)) process.kill(pid, 'SIGKILL');
          await hub.stop();
        }
      }),
    600_000,
  );
});
