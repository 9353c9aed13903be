import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ChaosHub } from '../support/chaos-hub.js';
import { sharedHubProcess } from '../support/hub-process.js';
import { smallFeature } from '../support/planning-documents.js';
import {
  addNote,
  addNotes,
  ask,
  eventIdsOf,
  makeProject,
  PASSWORD,
  signIn,
  succeed,
} from '../support/project.js';
import { idsOf, journalOf } from '../support/recount.js';
import { runCli, startCli } from '../support/run-cli.js';
import { inSandbox, type Sandbox } from '../support/sandbox.js';

const SEED = smallFeature({ WP01: {} });
const hub = sharedHubProcess();

/** A hub that refuses everything until events are dead letters, and then thinks better of it. */
const withRefusals = (work: (sandbox: Sandbox, at: ChaosHub, ids: readonly string[]) => Promise<void>) =>
  inSandbox(async (sandbox) => {
    const at = await ChaosHub.start();
    try {
      await makeProject(sandbox, SEED);
      await signIn(sandbox, at.address.url);
      const ids = await addNotes(sandbox, 3);
      at.hub.judge = () => ({ status: 'rejected', error_message: 'not like this' });
      for (let pass = 0; pass < 5; pass++) await ask(sandbox, ['sync', 'now']);
      at.hub.judge = () => undefined;
      await work(sandbox, at, ids);
    } finally {
      await at.close();
    }
  });

const letters = (sandbox: Sandbox) => succeed(sandbox, ['sync', 'dead-letters', 'list']);

describe('dead letters', () => {
  it('are listed, shown, sent again and thrown away, and the accounting stays balanced', () =>
    withRefusals(async (sandbox, at, ids) => {
      expect((await letters(sandbox))['dead_letters']).toMatchObject(
        ids.map((id) => ({ event_id: id, attempts: 5, reason: 'not like this' })),
      );
      expect(await succeed(sandbox, ['sync', 'dead-letters', 'show', ids[0]!])).toMatchObject({
        event: { event_id: ids[0], event_type: 'HistoryAdded' },
      });
      await succeed(sandbox, ['sync', 'dead-letters', 'requeue', ids[0]!, ids[1]!]);
      expect(await succeed(sandbox, ['sync', 'now'])).toMatchObject({ delivered: 2, left: 0 });
      expect(at.hub.storedIds('acme')).toEqual(ids.slice(0, 2));
      const asked = await ask(sandbox, ['sync', 'dead-letters', 'discard', '--all']);
      expect(asked).toMatchObject({ code: 2, document: { error: { hint: 'Say so with --yes.' } } });
      await succeed(sandbox, ['sync', 'dead-letters', 'discard', '--all', '--yes']);
      expect((await succeed(sandbox, ['sync', 'status']))['projects']).toMatchObject([
        { balanced: true, accounting: { captured: 3, delivered: 2, discarded: 1, dead_letters: {} } },
      ]);
      expect(await letters(sandbox)).toMatchObject({ dead_letters: [] });
    }));
});

describe('sync preview', () => {
  it('shows byte for byte what then goes over the wire, and sends nothing itself', () =>
    inSandbox(async (sandbox) => {
      const at = await ChaosHub.start();
      try {
        await makeProject(sandbox, SEED);
        await addNote(sandbox, 'captured as local');
        await signIn(sandbox, at.address.url);
        await addNote(sandbox, 'captured for acme');
        const asked = at.requests.length;
        const { projects } = await succeed(sandbox, ['sync', 'preview']);
        expect(at.requests.length).toBe(asked);
        expect(projects).toMatchObject([{ count: 2, to: { team: 'acme', url: at.address.url } }]);
        await succeed(sandbox, ['sync', 'now']);
        expect(at.batches().flatMap(({ events }) => events)).toEqual(projects[0].events);
      } finally {
        await at.close();
      }
    }));
});

describe('scenario 23: what the commands say equals a recount from files and hub', () => {
  it('sync verify agrees, and names what the ledger does not count', () =>
    inSandbox(async (sandbox) => {
      const project = await makeProject(sandbox, SEED);
      await signIn(sandbox, hub.url);
      await addNotes(sandbox, 3);
      await succeed(sandbox, ['sync', 'now']);
      expect(await succeed(sandbox, ['sync', 'verify'])).toMatchObject({
        agrees: true,
        projects: [{ project_uuid: project, settled: 3, at_hub: 3 }],
      });
      // Without its ledger nothing is settled here any more, and the hub still has everything.
      await writeFile(join(sandbox.stateRoot, 'outbox', project, 'ledger.json'), '');
      const { code, document } = await ask(sandbox, ['sync', 'verify']);
      expect(code).toBe(1);
      expect(document['projects'][0].uncounted).toEqual(idsOf(await journalOf(sandbox)));
      expect(await succeed(sandbox, ['sync', 'now'])).toMatchObject({ duplicate: 3, left: 0 });
      expect(await succeed(sandbox, ['sync', 'verify'])).toMatchObject({ agrees: true });
    }));

  it('sync verify says that a hub of the base contract has no receipts to show', () =>
    inSandbox(async (sandbox) => {
      const at = await ChaosHub.start();
      try {
        const project = await makeProject(sandbox, SEED);
        await signIn(sandbox, at.address.url);
        await addNote(sandbox);
        at.on(`/api/v1/receipts/?project=${project}&after=0&limit=1000`).next({ status: 404, body: '' });
        const { code, document } = await ask(sandbox, ['sync', 'verify']);
        expect({ code, error: document['error'].code }).toEqual({ code: 1, error: 'protocol-mismatch' });
      } finally {
        await at.close();
      }
    }));

  it('sync doctor recounts the records, and puts right what loses nothing', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, SEED);
      await signIn(sandbox, hub.url);
      await addNotes(sandbox, 2);
      await succeed(sandbox, ['sync', 'now']);
      await addNote(sandbox);
      const journal = await journalOf(sandbox);
      const { findings, recount } = await succeed(sandbox, ['sync', 'doctor']);
      expect(findings).toEqual([]);
      expect(recount).toMatchObject([
        {
          captured: journal.length,
          records: journal.length,
          settled: 2,
          counted: 2,
          waiting: 1,
          balanced: true,
        },
      ]);
      if (process.platform === 'win32') return;
      const { chmod, stat } = await import('node:fs/promises');
      const file = join(sandbox.stateRoot, 'credentials');
      await chmod(file, 0o644);
      expect((await runCli(sandbox, ['sync', 'doctor'])).code).toBe(1);
      expect(await succeed(sandbox, ['sync', 'doctor', '--fix'])).toMatchObject({ sound: true });
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    }));

  it('sync status --check tells a hub that answers from one that does not', () =>
    inSandbox(async (sandbox) => {
      const at = await ChaosHub.start();
      await makeProject(sandbox, SEED);
      await signIn(sandbox, at.address.url);
      expect(await succeed(sandbox, ['sync', 'status', '--check'])).toMatchObject({
        check: { state: 'reachable' },
        background: { state: 'not running' },
      });
      await at.close();
      expect(await ask(sandbox, ['sync', 'status', '--check'])).toMatchObject({
        code: 1,
        document: { check: { state: 'unreachable' } },
      });
    }));
});

describe('sync now --report', () => {
  it('writes every event that stayed, with its reason', () =>
    withRefusals(async (sandbox, _at, ids) => {
      const fresh = eventIdsOf(await addNote(sandbox));
      const { code } = await runCli(sandbox, ['sync', 'now', '--report', 'left.json']);
      expect(code).toBe(0);
      const report = JSON.parse(await readFile(join(sandbox.project, 'left.json'), 'utf8'));
      expect(report.projects[0].failures).toEqual(
        ids.map((id) => ({ event_id: id, state: 'dead letter', reason: 'not like this' })),
      );
      expect(JSON.stringify(report)).not.toContain(fresh[0]);
    }));
});

describe('events tail', () => {
  it("prints another machine's events as they arrive, one document on a line, until it is interrupted", () =>
    inSandbox(async (sandbox) =>
      inSandbox(async (other) => {
        await makeProject(sandbox, SEED);
        await makeProject(other, SEED);
        await signIn(sandbox, hub.url);
        await signIn(other, hub.url);
        const tail = startCli(sandbox, ['events', 'tail', '--json']);
        await tail.waitFor(/\[Connected\]/);
        const ids = [...(await addNotes(other, 2))];
        await succeed(other, ['sync', 'now']);
        await tail.waitFor(new RegExp(`${ids[1]}.*\\n`));
        const { code, stdout } = await tail.kill('SIGINT');
        expect(code).toBe(130);
        const idsIn = (text: string): readonly string[] =>
          text
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line).event_id as string);
        expect(idsIn(stdout)).toEqual(ids);

        const again = startCli(sandbox, ['events', 'tail', '--json', '--after', ids[0]!]);
        await again.waitFor(/\[Connected\]/);
        ids.push(...(await addNotes(other, 1)));
        await succeed(other, ['sync', 'now']);
        await again.waitFor(new RegExp(`${ids[2]}.*\\n`));
        expect(idsIn((await again.kill('SIGINT')).stdout)).toEqual(ids.slice(1));
      }),
    ));
});

describe('a machine that signs in by variables', () => {
  it('knows its team without the network once it has delivered', () =>
    inSandbox(async (sandbox) => {
      const at = await ChaosHub.start();
      try {
        await makeProject(sandbox, SEED);
        const token = at.hub.signIns.machineToken('ada');
        const env = { SPEC_KITTY_TOKEN: token, SPEC_KITTY_SERVER_URL: at.address.url };
        await addNote(sandbox, 'before', { env });
        await succeed(sandbox, ['sync', 'now'], { env });
        await addNote(sandbox, 'after', { env });
        const teams = (await journalOf(sandbox)).map(({ team_slug: team }) => team as string);
        expect(teams).toEqual(['local', 'acme']);
        const texts = await Promise.all(
          (await readdir(sandbox.stateRoot, { withFileTypes: true }))
            .filter((entry) => entry.isFile())
            .map((entry) => readFile(join(sandbox.stateRoot, entry.name), 'utf8')),
        );
        expect(texts.join()).not.toContain(token);
        expect(texts.join()).not.toContain(PASSWORD);
      } finally {
        await at.close();
      }
    }));
});
