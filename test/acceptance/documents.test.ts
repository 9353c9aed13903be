import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sharedHubProcess } from '../support/hub-process.js';
import { smallFeature, type WorkPackageSeed } from '../support/planning-documents.js';
import { makeProject, signIn, succeed } from '../support/project.js';
import { expectAccounted, idsOf, journalOf } from '../support/recount.js';
import { inSandbox } from '../support/sandbox.js';

const hub = sharedHubProcess();

/** Titles as people write them; what they say has to come through byte for byte. */
const TITLES = [
  `She said "it's done"`,
  'API: keys, values: and more',
  'Rocket 🚀 and family 👩‍👩‍👧',
  'שלום \u200f- right to left\u200e',
  '# not a comment',
  "- not: a list, 'nor' {a: map}",
  'back\\slash and %s',
  'é composed and e\u0301 combined',
];

const padded = (n: number): string => `WP${String(n).padStart(n > 99 ? 3 : 2, '0')}`;

const MANY = Array.from({ length: 150 }, (_, index) => padded(index + 1));

const manyWorkPackages = (): Record<string, WorkPackageSeed> =>
  Object.fromEntries(
    MANY.map((id, index) => [id, { title: TITLES[index % TITLES.length]!, dependencies: '[]' }]),
  );

/** Every work package needs the one before it, as tasks.md says. */
const chainedTasks = (): string =>
  MANY.map(
    (id, index) =>
      `## Work Package ${id}: Title\n\n- [x] T${index} Do it\n\n**Dependencies**: ${index === 0 ? 'None' : MANY[index - 1]}\n`,
  ).join('\n');

describe('documents out of the ordinary', () => {
  it(
    'scenario 28: a feature of 150 work packages with unusual titles is finalized, worked on and delivered',
    () =>
      inSandbox(async (sandbox) => {
        const project = await makeProject(
          sandbox,
          smallFeature(manyWorkPackages(), { 'tasks.md': chainedTasks() }),
        );
        await signIn(sandbox, hub.url);
        const finalize = ['agent', 'feature', 'finalize-tasks'];
        const { work_packages: workPackages } = await succeed(sandbox, finalize);
        expect(workPackages.map(({ id }: { id: string }) => id)).toEqual(MANY);
        expect(workPackages.map(({ dependencies }: { dependencies: string[] }) => dependencies)).toEqual(
          MANY.map((_, index) => (index === 0 ? [] : [MANY[index - 1]])),
        );
        const created = (await journalOf(sandbox)).filter(({ event_type: type }) => type === 'WPCreated');
        expect(created.map(({ aggregate_id: id }) => id as string)).toEqual(MANY);
        expect(created.map(({ payload }) => payload.title as string)).toEqual(
          MANY.map((_, index) => TITLES[index % TITLES.length]),
        );
        const tasks = ['agent', 'tasks'];
        await succeed(sandbox, [...tasks, 'mark-status', 'WP99', '--status', 'for_review', '--force']);
        const agent = 'Ünï "the code" 🚀';
        const { worktree } = await succeed(sandbox, ['implement', 'WP100', '--agent', agent]);
        await writeFile(join(worktree, 'work.txt'), 'work\n');
        await sandbox.git(['add', '--all'], worktree);
        await sandbox.git(['commit', '--quiet', '-m', 'work'], worktree);
        await succeed(sandbox, [...tasks, 'mark-status', 'T99', '--status', 'pending']);
        await succeed(sandbox, [...tasks, 'mark-status', 'T99', '--status', 'done']);
        expect(await succeed(sandbox, ['merge', 'WP100'])).toMatchObject({
          work_packages: [{ work_package_id: 'WP100', outcome: 'merged', to: 'for_review' }],
        });
        for (const lane of ['doing', 'for_review'])
          await succeed(sandbox, [...tasks, 'move-task', 'WP150', '--to', lane]);
        const { work_packages: listed } = await succeed(sandbox, [...tasks, 'list', '--lane', 'for_review']);
        expect(listed).toMatchObject([
          { work_package_id: 'WP99', title: TITLES[98 % TITLES.length] },
          { work_package_id: 'WP100', title: TITLES[99 % TITLES.length], agent },
          { work_package_id: 'WP150', title: TITLES[149 % TITLES.length] },
        ]);
        expect(await succeed(sandbox, ['accept', 'WP100', 'WP150'])).toMatchObject({
          accepted: ['WP100', 'WP150'],
        });
        await succeed(sandbox, ['sync', 'now']);
        const stored = (await hub.events(project)).map(({ event }) => event);
        expect(idsOf(stored)).toEqual(idsOf(await journalOf(sandbox)));
        // The last one has nobody who waits for it.
        expect(stored.filter(({ event_type: type }) => type === 'DependencyResolved')).toMatchObject([
          { aggregate_id: 'WP101', payload: { dependency_wp_id: 'WP100' } },
        ]);
        await expectAccounted(sandbox, { atHub: idsOf(stored) });
      }),
    60_000,
  );
});
