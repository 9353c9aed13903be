import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { smallFeature } from '../support/planning-documents.js';
import { ask, makeProject, succeed } from '../support/project.js';
import { inSandbox } from '../support/sandbox.js';

const BRANCH = 'kitty/mission-alpha-01KQHABC-lane-a';
const LANES = JSON.stringify({
  mission_branch: 'kitty/mission-alpha-01KQHABC',
  lanes: [{ lane_id: 'lane-a', wp_ids: ['WP01', 'WP02'] }],
});

describe('work packages that lanes.json groups on one branch', () => {
  it('are named with their branch, and never called merged before it is', () =>
    inSandbox(async (sandbox) => {
      await makeProject(
        sandbox,
        smallFeature({ WP01: { lane: 'for_review' }, WP02: {}, WP03: {} }, { 'lanes.json': LANES }),
      );
      const implement = await ask(sandbox, ['implement', '2']);
      expect([implement.code, implement.document['error'].message]).toEqual([
        1,
        `WP02 is done on the branch ${BRANCH}, together with WP01 (lane-a in lanes.json).`,
      ]);
      const reasonsOf = async (): Promise<unknown> => {
        const { document } = await ask(sandbox, ['accept', 'WP01', '--check']);
        for (const { reasons } of document['refused'])
          expect(reasons[0].remedy).toContain('Merge that branch as a whole');
        return document['refused'].flatMap((each: any) => each.reasons.map((reason: any) => reason.code));
      };
      expect(await reasonsOf()).toEqual(['not-merged']);
      const gone = await ask(sandbox, ['merge', 'WP01']);
      expect(gone.document['error'].message).toContain('which does not exist here');

      await sandbox.git(['switch', '--quiet', '-c', BRANCH]);
      await writeFile(join(sandbox.project, 'work.txt'), 'x');
      await sandbox.git(['add', 'work.txt']);
      await sandbox.git(['commit', '--quiet', '-m', 'work']);
      await sandbox.git(['switch', '--quiet', 'main']);
      expect(await reasonsOf()).toEqual(['not-merged']);
      const merge = await ask(sandbox, ['merge', 'WP01']);
      expect([merge.code, merge.document['error'].code]).toEqual([1, 'merge-refused']);
      expect(merge.document['error'].message).toContain('which is not merged into main');

      await sandbox.git(['merge', '--quiet', '--no-edit', BRANCH]);
      const { accepted } = await succeed(sandbox, ['accept', 'WP01']);
      expect(accepted).toEqual(['WP01']);
    }));

  it('stop a command that would have to guess at an unreadable lanes.json', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, smallFeature({ WP01: { lane: 'for_review' } }, { 'lanes.json': '{' }));
      const { document } = await ask(sandbox, ['accept', 'WP01']);
      expect(document['error'].message).toContain('lanes.json is not a JSON object');
    }));
});

describe('a manifest wps.yaml', () => {
  it('decides about dependencies, also against tasks.md and front matter', () =>
    inSandbox(async (sandbox) => {
      const manifest =
        'work_packages:\n  - id: WP01\n    dependencies: []\n  - id: WP02\n    dependencies: [WP01]\n';
      const tasks =
        '## WP01\n\n**Dependencies**: WP02\n\n## WP02\n\n**Dependencies**: None\n\n- [x] T001 a\n';
      await makeProject(
        sandbox,
        smallFeature({ WP01: {}, WP02: { dependencies: '[]' } }, { 'wps.yaml': manifest, 'tasks.md': tasks }),
      );
      const before = await ask(sandbox, ['implement', 'wp2']);
      expect(before.document['error'].message).toBe('WP02 depends on WP01 (planned).');
      const { work_packages: found, warnings } = await succeed(sandbox, [
        'agent',
        'feature',
        'finalize-tasks',
      ]);
      expect(found.map((each: any) => [each.id, each.dependencies, each.decided_by])).toEqual([
        ['WP01', [], 'manifest'],
        ['WP02', ['WP01'], 'manifest'],
      ]);
      expect(warnings).toContain('WP02 depends on WP01, as wps.yaml:4 says; the front matter said none.');
    }));

  it('that cannot be read stops the command by file and line', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, smallFeature({ WP01: {} }, { 'wps.yaml': 'work_packages:\n  - [\n' }));
      const { code, document } = await ask(sandbox, ['agent', 'feature', 'finalize-tasks']);
      expect([code, document['error'].message]).toEqual([1, expect.stringContaining('wps.yaml:')]);
    }));
});
