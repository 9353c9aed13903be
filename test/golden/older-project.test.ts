import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FeatureLife } from '../support/feature-life.js';
import { expectGolden } from '../support/golden.js';

const ROOT = join(import.meta.dirname, '..', 'fixtures', 'older-project');
const FEATURE = '003-older-project';

const seed = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(ROOT, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [path.slice(ROOT.length + 1).replaceAll('\\', '/'), readFileSync(path, 'utf8')];
      }),
  );

describe('a feature of an older project', () => {
  it('scenario 27: with what two writers of older versions left, it is finalized, worked on and reviewed', async () => {
    const life = new FeatureLife(FEATURE, seed());
    try {
      await life.cli.run('init');
      const { warnings, work_packages: workPackages } = await life.tell('agent', 'feature', 'finalize-tasks');
      life.note('warnings', (warnings as string[]).join('\n'));
      expect(workPackages).toMatchObject([
        { id: 'WP01', title: `"Quoted" & first: it's the start`, lane: 'doing', dependencies: [] },
        { id: 'WP02', lane: 'planned', dependencies: ['WP01'] },
        { id: 'WP03', title: 'Third, in two lines', lane: 'planned', dependencies: ['WP01', 'WP02'] },
        { id: 'WP04', title: 'Fourth', lane: 'planned', dependencies: [] },
        { id: 'WP100', lane: 'planned', dependencies: ['WP01', 'WP02', 'WP03', 'WP04'] },
      ]);
      const move = (id: string, ...more: readonly string[]) =>
        life.tell('agent', 'tasks', 'move-task', id, '--to', ...more);
      await life.tell('implement', 'WP01', '--agent', 'codex');
      await life.tell('agent', 'tasks', 'mark-status', 'T002', '--status', 'done');
      await move('WP01', 'for_review');
      await life.tell('implement', 'WP02', '--agent', 'codex');
      await move('WP02', 'for_review', '--note', '- a dash – and lane=done');
      await life.tell('implement', 'WP03', '--agent', 'codex');
      await life.tell('agent', 'tasks', 'add-history', 'WP04', '--note', 'waits');
      await life.tell('implement', 'WP04');
      await life.tell('agent', 'tasks', 'add-history', 'WP100', '--note', 'waits');
      await move('WP100', 'doing');
      expectGolden(`${FEATURE}.diff`, life.story);
      expect(await life.finalizeInClone()).toMatchObject({ outcome: 'nothing-to-do', events: [] });
    } finally {
      life.remove();
    }
  });
});
