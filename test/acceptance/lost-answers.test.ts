import type { Misbehaviour } from '../support/misbehaviour.js';
import { startChaosProxy } from '../support/chaos-proxy.js';
import { sharedHubProcess } from '../support/hub-process.js';
import { smallFeature } from '../support/planning-documents.js';
import { addNotes, inParallel, makeProject, signIn } from '../support/project.js';
import { expectAccounted, idsOf, journalOf, syncNow } from '../support/recount.js';
import { inSandbox } from '../support/sandbox.js';
import { runCli, startCli } from '../support/run-cli.js';

const hub = sharedHubProcess();

/** What happens to the first batch; whether the hub got it. */
const LOSSES: readonly (readonly [name: string, fault: Misbehaviour, isStored: boolean])[] = [
  ['before the request arrived', 'reset', false],
  ['after it took effect and before the answer', 'reset-after', true],
  ['in the middle of the answer', 'reset-in-body', true],
];

describe('a wire that breaks', () => {
  it.each(LOSSES)(
    'scenario 15: broken %s, each event is at the hub exactly once and everything adds up',
    (_, fault, isStored) =>
      inSandbox(async (sandbox) => {
        const wire = await startChaosProxy(hub.url);
        try {
          const project = await makeProject(sandbox, smallFeature({ WP01: {} }));
          await signIn(sandbox, wire.url);
          const ids = await addNotes(sandbox, 3);
          const stored = async (): Promise<readonly string[]> =>
            idsOf((await hub.events(project)).map(({ event }) => event));
          wire.batches.next(fault);

          const broken = await syncNow(sandbox, stored);
          expect(broken).toMatchObject({
            code: 3,
            arrived: isStored ? ids : [],
            document: { delivered: 0, duplicate: 0, left: 3, ended: { end: 'unavailable' } },
          });
          // Nothing counts as received that no receipt has named.
          await expectAccounted(sandbox, { atHub: [], pending: 3 });

          const whole = await syncNow(sandbox, stored);
          expect(whole).toMatchObject({
            code: 0,
            document: isStored ? { delivered: 0, duplicate: 3, left: 0 } : { delivered: 3, duplicate: 0 },
          });
          expect(await stored()).toEqual(ids);
          await expectAccounted(sandbox, { atHub: await stored() });
          expect(wire.passedOn()).toBe(isStored ? 2 : 1);
        } finally {
          await wire.close();
        }
      }),
  );

  it('scenario 16: four processes that deliver at once send nothing twice, and capture goes on beside them', () =>
    inSandbox(async (sandbox) => {
      const project = await makeProject(sandbox, smallFeature({ WP01: {} }));
      await signIn(sandbox, hub.url);
      await addNotes(sandbox, 4);
      const runs = await Promise.all([
        ...Array.from({ length: 4 }, () => runCli(sandbox, ['sync', 'now', '--json'])),
        addNotes(sandbox, 2).then(() => ({ code: 0, stdout: '{}' })),
      ]);
      const reports = runs.map(({ stdout }) => JSON.parse(stdout) as Record<string, number | undefined>);
      expect(runs.every(({ code }) => code === 0 || code === 3)).toBe(true);
      expect(reports.every(({ duplicate = 0 }) => duplicate === 0)).toBe(true);
      const last = await syncNow(sandbox, () => []);
      expect(last.code).toBe(0);
      const delivered = [...reports, last.document].reduce((sum, each) => sum + (each['delivered'] ?? 0), 0);
      expect(delivered).toBe(6);
      const stored = idsOf((await hub.events(project)).map(({ event }) => event));
      expect(stored).toEqual(idsOf(await journalOf(sandbox)));
      await expectAccounted(sandbox, { atHub: stored });
    }));

  it('scenario 3: a sender killed at the moment at which its batch arrives loses nothing and doubles nothing', () =>
    inSandbox(async (sandbox) => {
      const wire = await startChaosProxy(hub.url);
      try {
        const project = await makeProject(sandbox, smallFeature({ WP01: {} }));
        await signIn(sandbox, wire.url);
        const ids = await addNotes(sandbox, 2);
        for (const round of [1, 2, 3]) {
          wire.batches.next('never-answer');
          const running = startCli(sandbox, ['sync', 'now']);
          await wire.untilPassedOn(round);
          await running.kill('SIGKILL');
        }
        expect(await syncNow(sandbox, () => [])).toMatchObject({ code: 0, document: { duplicate: 2 } });
        const stored = idsOf((await hub.events(project)).map(({ event }) => event));
        expect(stored).toEqual(ids);
        await expectAccounted(sandbox, { atHub: stored });
      } finally {
        await wire.close();
      }
    }));

  it('scenario 23: what several projects have delivered is told project by project', () =>
    inSandbox(async (sandbox) => {
      const roots = [1, 2, 3].map((n) => `${sandbox.directory}/project-${n}`);
      const projects = await inParallel(roots, 2, (root) =>
        makeProject(sandbox, smallFeature({ WP01: {} }), root),
      );
      await signIn(sandbox, hub.url);
      for (const [index, cwd] of roots.entries()) {
        for (let n = 0; n <= index; n++)
          await runCli(sandbox, ['agent', 'tasks', 'add-history', 'WP01', '--note', 'n', '--no-commit'], {
            cwd,
          });
      }
      expect(await syncNow(sandbox, () => [])).toMatchObject({
        code: 0,
        document: { delivered: 6, left: 0 },
      });
      for (const [index, project] of projects.entries()) {
        const stored = idsOf((await hub.events(project)).map(({ event }) => event));
        expect(stored).toHaveLength(index + 1);
        await expectAccounted(sandbox, { atHub: stored }, project);
      }
    }));
});
