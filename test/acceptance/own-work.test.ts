import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ChaosHub } from '../support/chaos-hub.js';
import { smallFeature } from '../support/planning-documents.js';
import { processesMarked } from '../support/marked-processes.mjs';
import { ask, eventIdsOf, makeProject, signIn, succeed, type Document } from '../support/project.js';
import { idsOf, journalOf } from '../support/recount.js';
import { createSandbox, inSandbox, type Sandbox } from '../support/sandbox.js';

const FEATURE = '001-alpha';
const MOVE = ['agent', 'tasks', 'move-task'];

/** A work package's life, command by command; what lies between two of them is done by git. */
const LIFE: readonly (readonly string[])[] = [
  ['agent', 'feature', 'finalize-tasks'],
  ['implement', 'WP01', '--agent', 'claude'],
  ['agent', 'tasks', 'add-history', 'WP01', '--note', 'half way'],
  [...MOVE, 'WP01', '--to', 'for_review'],
  [...MOVE, 'WP01', '--to', 'for_review'],
  ['accept', 'WP01'],
  [...MOVE, 'WP01', '--to', 'planned'],
];

/** What a person sees of the life: exit codes and results, without ids, commits and messages about sync. */
const live = async (sandbox: Sandbox): Promise<readonly Document[]> => {
  const seen: Document[] = [];
  for (const args of LIFE) {
    const { code, document } = await ask(sandbox, args);
    const { events = [], commit, ...result } = document as { events?: Document[]; commit?: unknown };
    const text = JSON.stringify({
      code,
      committed: typeof commit === 'string',
      emitted: events.length,
      ...result,
    });
    seen.push(
      JSON.parse(
        text.replaceAll(sandbox.directory, '').replace(/\d{4}-\d\d-\d\dT[\d:]+Z/g, 'then'),
      ) as Document,
    );
  }
  return seen;
};

/** Something that is wrong with sync; returns what sets it right again. */
type Trouble = (sandbox: Sandbox, hub: ChaosHub) => Promise<void | (() => Promise<void>)>;

const TROUBLES: Readonly<Record<string, Trouble>> = {
  'nobody signed in': async () => undefined,
  'the hub down': async (sandbox, hub) => {
    await signIn(sandbox, hub.address.url);
    await hub.close();
  },
  'a hub that swallows everything and never answers': async (sandbox, hub) => {
    await signIn(sandbox, hub.address.url);
    for (const path of ['batch', 'health', '/api/v1/token/refresh/', '/api/v1/ws-token/'])
      hub.on(path).always(() => 'never-read');
    hub.upgrades.always(() => 'never');
  },
  'a session that has expired': async (sandbox, hub) => {
    await signIn(sandbox, hub.address.url);
    const path = join(sandbox.stateRoot, 'credentials');
    const past = (await readFile(path, 'utf8')).replace(
      /^((?:access|refresh)_expires_at = ).*$/gm,
      '$1"2020-01-01T00:00:00Z"',
    );
    await writeFile(path, past);
    hub.on('/api/v1/token/refresh/').always(() => ({ status: 401 }));
  },
  'sync turned off': async (sandbox, hub) => {
    await signIn(sandbox, hub.address.url);
    await succeed(sandbox, ['sync', 'off']);
  },
  'an unreadable ledger and a broken settings file': async (sandbox, hub) => {
    await signIn(sandbox, hub.address.url);
    const [project = ''] = [(await succeed(sandbox, ['identity', 'show'])).project?.uuid?.value as string];
    const outbox = join(sandbox.stateRoot, 'outbox', project);
    await mkdir(outbox, { recursive: true });
    await writeFile(join(outbox, 'ledger.json'), '{"sum":"00000000","led');
    await writeFile(join(sandbox.stateRoot, 'config.toml'), '[sync\nmax_queue');
  },
  'the outbox locked by a process that was stopped': async (sandbox) => {
    const holder = spawn(
      process.execPath,
      [join(import.meta.dirname, '..', 'support', 'lock-holder.mjs'), join(sandbox.stateRoot, 'lock')],
      { env: { ...sandbox.env }, stdio: ['pipe', 'pipe', 'inherit'] },
    );
    const [said] = (await once(holder.stdout, 'data')) as [Buffer];
    expect(String(said)).toBe('held\n');
    holder.kill('SIGSTOP');
    return async () => {
      holder.kill('SIGKILL');
      await once(holder, 'close');
    };
  },
};

/** The same machine with background sync turned on, as users have it. */
const withBackground = (sandbox: Sandbox): Sandbox => ({
  ...sandbox,
  env: { ...sandbox.env, SPEC_KITTY_SYNC: 'on' },
});

const endBackground = (sandbox: Sandbox): void => {
  for (const { pid, command } of processesMarked('SPEC_KITTY_HOME', sandbox.stateRoot))
    if (command.includes('sync run')) process.kill(pid, 'SIGKILL');
};

describe('workflow commands while sync is in trouble', () => {
  let undisturbed: readonly Document[];

  beforeAll(async () => {
    await inSandbox(async (sandbox) => {
      await makeProject(sandbox, smallFeature({ WP01: {}, WP02: { dependencies: '[WP01]' } }));
      undisturbed = await live(sandbox);
    });
    expect(undisturbed.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0, 1]);
  });

  it.each(Object.entries(TROUBLES))(
    'scenarios 18 and 19: with %s every command does and says the same, and every event is in the journal',
    async (_, cause) => {
      const sandbox = await createSandbox();
      const hub = await ChaosHub.start();
      let relieve: (() => Promise<void>) | void = undefined;
      try {
        await makeProject(sandbox, smallFeature({ WP01: {}, WP02: { dependencies: '[WP01]' } }));
        relieve = await cause(sandbox, hub);
        expect(await live(sandbox)).toEqual(undisturbed);
        await relieve?.();
        relieve = undefined;
        // What had to wait for the outbox is sealed by whoever comes next.
        await succeed(sandbox, ['agent', 'tasks', 'add-history', 'WP01', '--note', 'afterwards']);
        const journal = await journalOf(sandbox);
        const emitted = undisturbed.reduce((sum, { emitted: count }) => sum + (count as number), 0);
        expect(journal).toHaveLength(emitted + 1);
        expect(new Set(idsOf(journal)).size).toBe(journal.length);
        const clocks = journal.map(({ lamport_clock: clock }) => clock as number);
        expect(clocks).toEqual([...clocks].sort((a, b) => a - b));
      } finally {
        await relieve?.();
        await hub.close();
        await sandbox.dispose();
      }
    },
  );

  it.each([
    ['delivers', undefined],
    ['meets a hub that never answers', 'never-answer' as const],
  ])(
    'scenarios 18 and 19: while a background process %s, every command does and says the same',
    async (_, fault) => {
      const sandbox = withBackground(await createSandbox());
      const hub = await ChaosHub.start();
      try {
        await makeProject(sandbox, smallFeature({ WP01: {}, WP02: { dependencies: '[WP01]' } }));
        await signIn(sandbox, hub.address.url);
        if (fault !== undefined) {
          hub.on('batch').always(() => fault);
          hub.upgrades.always(() => 'never');
        }
        expect(await live(sandbox)).toEqual(undisturbed);
        const emitted = undisturbed.reduce((sum, { emitted: count }) => sum + (count as number), 0);
        expect(await journalOf(sandbox)).toHaveLength(emitted);
      } finally {
        endBackground(sandbox);
        await hub.close();
        await sandbox.dispose();
      }
    },
  );

  it('scenarios 9 and 19: with a full outbox commands do their work, and what is refused is said and counted', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, smallFeature({ WP01: {} }));
      await succeed(sandbox, ['agent', 'tasks', 'add-history', 'WP01', '--note', 'the last one']);
      await writeFile(join(sandbox.stateRoot, 'config.toml'), '[sync]\nmax_queue_size = 1\n');
      const { code, document, stderr } = await ask(sandbox, ['implement', 'WP01']);
      expect({ code, outcome: document['outcome'], events: document['events'] }).toMatchObject({
        code: 0,
        outcome: 'started',
        events: [{ outcome: 'refused' }],
      });
      expect(stderr).toMatch(/not captured/);
      // A plan is announced as a whole or not at all, and then nothing is written.
      const head = await sandbox.git(['rev-parse', 'HEAD']);
      const finalize = await ask(sandbox, ['agent', 'feature', 'finalize-tasks', '--feature', FEATURE]);
      expect(finalize).toMatchObject({ code: 1, document: { error: { code: 'outbox-full' } } });
      expect([
        await sandbox.git(['rev-parse', 'HEAD']),
        await sandbox.git(['status', '--porcelain']),
      ]).toEqual([head, '']);
      const { projects } = await succeed(sandbox, ['sync', 'status']);
      expect(projects[0]).toMatchObject({
        accounting: { captured: 1 },
        beside: { refused: 1 },
        balanced: true,
      });
    }));

  it('scenario 19: a repository locked by a stopped process is left as it is, and the command says why', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, smallFeature({ WP01: {} }));
      const lock = join(sandbox.project, '.git', 'spec-kitty', 'lock');
      const holder = spawn(
        process.execPath,
        [join(import.meta.dirname, '..', 'support', 'lock-holder.mjs'), lock],
        { env: { ...sandbox.env }, stdio: ['pipe', 'pipe', 'inherit'] },
      );
      try {
        await once(holder.stdout, 'data');
        holder.kill('SIGSTOP');
        const refused = await ask(sandbox, ['implement', 'WP01', '--wait', '1']);
        expect(refused).toMatchObject({ code: 1, document: { error: { code: 'lock-busy' } } });
        expect(await journalOf(sandbox)).toEqual([]);
        expect(await sandbox.git(['status', '--porcelain'])).toBe('');
      } finally {
        holder.kill('SIGKILL');
        await once(holder, 'close');
      }
      expect(eventIdsOf(await succeed(sandbox, ['implement', 'WP01']))).toHaveLength(1);
    }));
});
