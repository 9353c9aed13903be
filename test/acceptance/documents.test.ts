import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sharedHubProcess } from '../support/hub-process.js';
import { FOLDER, pathOf, smallFeature, type WorkPackageSeed } from '../support/planning-documents.js';
import { lineChanges } from '../support/line-changes.js';
import { makeProject, signIn, succeed } from '../support/project.js';
import { expectAccounted, idsOf, journalOf } from '../support/recount.js';
import { inSandbox, type Sandbox } from '../support/sandbox.js';

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

const bytesOf = (sandbox: Sandbox, path: string): Promise<Buffer> => readFile(join(sandbox.project, path));

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
        const { work_packages: workPackages } = await succeed(sandbox, [
          'agent',
          'feature',
          'finalize-tasks',
        ]);
        expect(workPackages.map(({ id }: { id: string }) => id)).toEqual(MANY);
        expect(workPackages.map(({ dependencies }: { dependencies: string[] }) => dependencies)).toEqual(
          MANY.map((_, index) => (index === 0 ? [] : [MANY[index - 1]])),
        );
        const created = (await journalOf(sandbox)).filter(({ event_type: type }) => type === 'WPCreated');
        expect(created.map(({ aggregate_id: id }) => id as string)).toEqual(MANY);
        expect(created.map(({ payload }) => payload.title as string)).toEqual(
          MANY.map((_, index) => TITLES[index % TITLES.length]),
        );
        for (const id of ['WP100', 'WP150']) {
          const move = ['agent', 'tasks', 'move-task', id, '--to'];
          for (const lane of ['doing', 'for_review']) await succeed(sandbox, [...move, lane]);
          expect(await succeed(sandbox, ['accept', id])).toMatchObject({ accepted: [id] });
        }
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

  it.each([
    ['CRLF', (text: string) => text.replaceAll('\n', '\r\n')],
    ['a BOM', (text: string) => `\ufeff${text}`],
    ['a BOM and CRLF', (text: string) => `\ufeff${text.replaceAll('\n', '\r\n')}`],
    ['no line break at the end', (text: string) => text.trimEnd()],
  ])(
    'scenario 28: files with %s keep it through a whole life, and only their own lines change',
    (_, disguise) =>
      inSandbox(async (sandbox) => {
        const seed = smallFeature({ WP01: {}, WP02: { dependencies: '[]' } });
        seed[`${FOLDER}/tasks.md`] =
          '## WP01\n\n- [x] T001 Do it\n\n## WP02\n\nDepends on WP01\n\n- [x] T002 Do it\n';
        const disguised = Object.fromEntries(
          Object.entries(seed).map(([path, text]) => [path, disguise(text)]),
        );
        await makeProject(sandbox, disguised);
        const start = await sandbox.git(['rev-parse', 'HEAD']);
        await succeed(sandbox, ['agent', 'feature', 'finalize-tasks']);
        await succeed(sandbox, ['implement', 'WP01']);
        await succeed(sandbox, ['agent', 'tasks', 'add-history', 'WP01', '--note', 'noted']);
        await succeed(sandbox, ['agent', 'tasks', 'move-task', 'WP01', '--to', 'for_review']);
        await succeed(sandbox, ['accept', 'WP01']);

        const changes = await lineChanges(sandbox, [start, 'HEAD', '--', `${FOLDER}/tasks`]);
        const plain = changes
          .replaceAll('\r', '')
          .split('\n')
          .filter((line) => /^[+-]/.test(line));
        // A last line without a line break gets one when another line follows it.
        const last = '- 2026-02-01T00:00:00Z – system – lane=planned – Prompt created.'.replace(
          /2026\S+Z/,
          '<time>',
        );
        expect(plain.filter((line) => line.slice(1) !== last)).toEqual([
          '-lane: "planned"',
          '+lane: "done"',
          '+- <time> – user – lane=doing – Started implementation',
          '+- <time> – user – lane=doing – noted',
          '+- <time> – user – lane=for_review – Moved to for_review',
          '+- <time> – user – lane=done – Accepted',
          '-dependencies: []',
          '+dependencies: [WP01]',
        ]);
        for (const path of [pathOf('WP01'), pathOf('WP02'), `${FOLDER}/meta.json`]) {
          const text = (await bytesOf(sandbox, path)).toString('utf8');
          const before = disguised[path]!;
          expect(text.startsWith('\ufeff')).toBe(before.startsWith('\ufeff'));
          expect(text.slice(1)).not.toContain('\ufeff');
          const [lineFeeds, pairs] = [text.match(/\n/g)?.length, text.match(/\r\n/g)?.length ?? 0];
          expect(pairs).toBe(before.includes('\r\n') ? lineFeeds : 0);
        }
        expect((await bytesOf(sandbox, `${FOLDER}/tasks.md`)).toString('utf8')).toBe(
          disguised[`${FOLDER}/tasks.md`],
        );
        expect(await sandbox.git(['status', '--porcelain'])).toBe('');
      }),
  );
});
