import { isSyncError, type ErrorKind } from '../../src/domain/errors.js';
import type { WorkPackageEdit } from '../../src/domain/work/transition.js';
import type { FeatureFiles, WorkPackageDocument } from '../../src/ports/work.js';
import type { HeldRepository } from '../../src/ports/events.js';
import { corpusFeatures, corpusPaths, corpusText } from '../support/corpus.js';
import { changedLines } from '../support/line-diff.js';

/** The planning documents of an empty project, and what a person does in it with an editor. */
export interface FeatureFilesSetup {
  readonly subject: FeatureFiles;
  readonly projectRoot: string;
  /** Writes or removes a file. */
  put(path: string, text: string | undefined): Promise<void>;
  /** The same documents as another process sees them. */
  reopen?(): FeatureFiles;
  dispose?(): Promise<void>;
}

export interface FeatureFilesFlavour {
  readonly name: string;
  readonly durable: boolean;
  readonly setup: () => Promise<FeatureFilesSetup>;
}

const FOLDER = 'kitty-specs/001-alpha';
const WP01 = `${FOLDER}/tasks/WP01-one.md`;
const TEXT = '---\nwork_package_id: "WP01"\nlane: "planned"  # where it is\n---\n\n# One\n';

/** What every keeper of planning documents promises. */
export const featureFilesContract = ({ name, durable, setup }: FeatureFilesFlavour): void => {
  describe(`${name} keeps the promises of feature files`, () => {
    let it$: FeatureFilesSetup;
    beforeEach(async () => {
      it$ = await setup();
    });
    afterEach(() => it$.dispose?.());

    const held = (): HeldRepository => ({
      checkout: { root: it$.projectRoot, projectRoot: it$.projectRoot },
    });
    const textOf = (path: string): Promise<string | undefined> => it$.subject.text(it$.projectRoot, path);
    const document = async (text: string): Promise<WorkPackageDocument> => {
      await it$.put(WP01, text);
      const feature = await it$.subject.read(it$.projectRoot, '001-alpha');
      const [first] = feature?.workPackages ?? [];
      if (first === undefined) throw new Error('the work package is missing');
      return first;
    };
    const edited = async (text: string, ...edits: readonly WorkPackageEdit[]): Promise<string> =>
      (await it$.subject.change(await document(text), edits)).after;
    const kindOf = async (work: Promise<unknown>): Promise<ErrorKind | 'none' | undefined> =>
      work.then(
        () => 'none' as const,
        (error: unknown) => (isSyncError(error) ? error.kind : undefined),
      );

    describe('reading', () => {
      it('finds nothing where there is nothing', async () => {
        expect(await it$.subject.features(it$.projectRoot)).toEqual([]);
        expect(await it$.subject.read(it$.projectRoot, '001-alpha')).toBeUndefined();
        expect(await textOf('kitty-specs/x.md')).toBeUndefined();
      });

      it('lists as features what has a number or what only features have, and says why the others are none', async () => {
        for (const slug of ['010-b', 'notes', '004-D', '3-c', 'images'])
          await it$.put(`kitty-specs/${slug}/spec.md`, 'x');
        for (const slug of ['labels-01KQHABC', '.git-like', 'Mit Leerzeichen \u00e4'])
          await it$.put(`kitty-specs/${slug}/meta.json`, '{}');
        await it$.put('kitty-specs/WEB-001-x/tasks/WP01-a.md', TEXT);
        await it$.put('kitty-specs/005-file', 'x');
        const features = ['004-D', '010-b', 'Mit Leerzeichen \u00e4', 'WEB-001-x', 'labels-01KQHABC'];
        expect(await it$.subject.features(it$.projectRoot)).toEqual(features);
        expect(await it$.subject.read(it$.projectRoot, 'notes')).toBeUndefined();
        const none = 'has neither meta.json nor tasks/';
        expect(await it$.subject.strangers(it$.projectRoot)).toEqual([
          { path: 'kitty-specs/.git-like', reason: 'is hidden', mayBeFeature: true },
          { path: 'kitty-specs/3-c', reason: none, mayBeFeature: false },
          { path: 'kitty-specs/images', reason: none, mayBeFeature: false },
          { path: 'kitty-specs/notes', reason: none, mayBeFeature: false },
        ]);
      });

      it('finds the one feature that is chosen among all names, and nothing that only bears such a name', async () => {
        for (const path of ['010-b/spec.md', '002-a/spec.md', 'notes/x.md', '005-file'])
          await it$.put(`kitty-specs/${path}`, 'x');
        const seen: string[] = [];
        const find = (slug: string): Promise<string | undefined> =>
          it$.subject.find(it$.projectRoot, (names) => {
            seen.push(...names.filter((name) => name !== '005-file'));
            return slug;
          });
        expect([await find('010-b'), seen]).toEqual(['010-b', ['002-a', '010-b', 'notes']]);
        for (const slug of ['notes', '005-file', '003-c']) expect(await find(slug)).toBeUndefined();
        expect(await it$.subject.find(it$.projectRoot, () => undefined)).toBeUndefined();
      });

      it('reads work packages in folders below tasks/, but in that of a lane they have a fault', async () => {
        await it$.put(`${FOLDER}/tasks/phase-1/WP01-one.md`, TEXT);
        await it$.put(`${FOLDER}/tasks/planned/WP02-two.md`, TEXT);
        await it$.put(`${FOLDER}/tasks/In-Review/x/WP03.md`, TEXT);
        await it$.put(`${FOLDER}/tasks/.hidden/WP04.md`, TEXT);
        await it$.put(`${FOLDER}/tasks/WP05-five.md`, TEXT);
        await it$.put(`${FOLDER}/tasks/done/WP05-five.md`, TEXT);
        await it$.put(`${FOLDER}/tasks/wp6.md`, TEXT);
        await it$.put(`${FOLDER}/tasks/WP05-five/review-1.md`, 'x');
        const feature = await it$.subject.read(it$.projectRoot, '001-alpha');
        const seen = feature?.workPackages.map(({ path, fault }) => [
          path.slice(FOLDER.length),
          fault?.reason.split('.')[0],
        ]);
        expect(seen).toEqual([
          ['/tasks/In-Review/x/WP03.md', 'lies in In-Review/, a folder named after a lane'],
          ['/tasks/WP05-five.md', undefined],
          ['/tasks/phase-1/WP01-one.md', undefined],
          ['/tasks/planned/WP02-two.md', 'lies in planned/, a folder named after a lane'],
        ]);
        expect(feature?.passedOver.map(({ path }) => path.slice(FOLDER.length))).toEqual([
          '/tasks/done/WP05-five.md',
          '/tasks/wp6.md',
        ]);
      });

      it('names what may have been meant where there are no work packages', async () => {
        for (const name of [
          'WP01-beside.md',
          'tasks/README.md',
          'tasks/model.md',
          'work/WP02.md',
          'tasks/a.txt',
        ])
          await it$.put(`${FOLDER}/${name}`, 'x');
        const feature = await it$.subject.read(it$.projectRoot, '001-alpha');
        expect(feature?.workPackages).toEqual([]);
        expect(feature?.passedOver.map(({ path }) => path.slice(FOLDER.length))).toEqual([
          '/tasks/model.md',
          '/WP01-beside.md',
          '/work/WP02.md',
        ]);
      });

      it('gives the documents that are there, and the work packages ascending by path', async () => {
        await it$.put(`${FOLDER}/tasks.md`, 'tasks');
        await it$.put(`${FOLDER}/spec.md`, 'spec');
        await it$.put(`${FOLDER}/tasks/README.md`, 'x');
        await it$.put(`${FOLDER}/tasks/WP02-two.md`, '# no front matter\n');
        await it$.put(WP01, TEXT);
        const feature = await it$.subject.read(it$.projectRoot, '001-alpha');
        expect(feature).toMatchObject({ slug: '001-alpha', directory: FOLDER, tasks: 'tasks', spec: 'spec' });
        expect([feature?.plan, feature?.meta]).toEqual([undefined, undefined]);
        expect(feature?.workPackages).toEqual([
          {
            path: WP01,
            text: TEXT,
            frontMatter: { work_package_id: 'WP01', lane: 'planned' },
            body: '\n# One\n',
          },
          {
            path: `${FOLDER}/tasks/WP02-two.md`,
            text: '# no front matter\n',
            frontMatter: {},
            body: '# no front matter\n',
          },
        ]);
      });

      it('understands CRLF and a byte order mark', async () => {
        const read = await document('\ufeff---\r\nlane: doing\r\n---\r\n\r\nbody\r\n');
        expect(read).toMatchObject({ frontMatter: { lane: 'doing' }, body: '\r\nbody\r\n' });
        expect((await document('\ufeff# x\n')).body).toBe('# x\n');
      });

      it.each<[string, string, number | undefined]>([
        ['---\nlane: [a\n---\nbody', 'a broken list', 3],
        ['---\nlane: a\nlane: b\n---\n', 'a repeated key', 3],
        ['---\n- a\n---\n', 'a list', 2],
        ['---\nlane: a\n# no end\n', 'no closing line', 1],
        ['---\na: 1\n<<<<<<< HEAD\nlane: a\n=======\nlane: b\n>>>>>>> x\n---\n', 'conflict markers', 3],
        ['---\nlane: *x\n---\n', 'an alias of nothing', undefined],
      ])('%j has a fault with its line: %s', async (text, _, line) => {
        const { fault, frontMatter } = await document(text);
        expect(fault?.reason).toEqual(expect.any(String));
        expect(fault?.line).toBe(line);
        expect(frontMatter).toEqual({});
      });

      it('has a fault instead of an expansion without end', async () => {
        const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
        for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef']) {
          bomb.push(`${to}: &${to} [${new Array(9).fill(`*${from}`).join(', ')}]`);
        }
        expect((await document(`---\n${bomb.join('\n')}\n---\n`)).fault).toBeDefined();
      });

      it('scenario 27: reads every feature of the corpus without a fault', async () => {
        for (const path of corpusPaths()) await it$.put(path, corpusText(path));
        const slugs = await it$.subject.features(it$.projectRoot);
        expect(slugs).toEqual(corpusFeatures());
        const features = await Promise.all(slugs.map((slug) => it$.subject.read(it$.projectRoot, slug)));
        expect(features.map((feature) => feature?.workPackages.length)).toEqual([4, 6, 10, 1, 12, 7, 6, 17]);
        for (const { fault, text, body, path } of features.flatMap(
          (feature) => feature?.workPackages ?? [],
        )) {
          expect(fault).toBeUndefined();
          expect(text).toBe(corpusText(path));
          expect(text.endsWith(body)).toBe(true);
        }
      });
    });

    describe('changing', () => {
      const lane = (value: string): WorkPackageEdit => ({ edit: 'set', key: 'lane', value });
      const needs = (...value: readonly string[]): WorkPackageEdit => ({
        edit: 'set',
        key: 'dependencies',
        value,
      });

      it.each<[string, string]>([
        ['lane: planned', 'lane: done'],
        ['lane:   "planned"  # c', 'lane:   "done"  # c'],
        ["lane: 'planned'", "lane: 'done'"],
        ['lane:', 'lane: done'],
        ['lane:   # c', 'lane: done   # c'],
        ['lane: !!str planned', 'lane: !!str done'],
        ['"lane": planned', '"lane": done'],
        ['lane: |\n  planned\nx: 1', 'lane: done\nx: 1'],
        ['lane:\n- planned\n- x\nx: 1', 'lane: done\nx: 1'],
        ['lane: [planned]', 'lane: done'],
        ['lane: done', 'lane: done'],
        ['x: &a planned\nlane: *a', 'x: &a planned\nlane: done'],
        ['x: 1', 'x: 1\nlane: done'],
        ['# only a comment', '# only a comment\nlane: done'],
        ['  x: 1', '  x: 1\n  lane: done'],
      ])('sets a value in %j', async (before, after) => {
        expect(await edited(`---\n${before}\n---\nbody`, lane('done'))).toBe(`---\n${after}\n---\nbody`);
      });

      it('makes a front matter where there is none', async () => {
        expect(await edited('\ufeff# x\r\n', lane('done'))).toBe('\ufeff---\r\nlane: done\r\n---\r\n# x\r\n');
        expect(await edited('---\n---\n# x\n', lane('done'))).toBe('---\nlane: done\n---\n# x\n');
      });

      it('keeps CRLF', async () => {
        const after = await edited(
          '---\r\nlane: planned\r\nz: 1\r\n---\r\nb\r\n',
          lane('done'),
          needs('WP01', 'WP02'),
        );
        expect(after).toBe(
          '---\r\nlane: done\r\nz: 1\r\ndependencies:\r\n  - WP01\r\n  - WP02\r\n---\r\nb\r\n',
        );
      });

      it.each<[string, readonly string[], string]>([
        ['dependencies: []', ['WP01'], 'dependencies: [WP01]'],
        ['dependencies: ["WP01"] # c', ['WP01', 'WP02'], 'dependencies: ["WP01", "WP02"] # c'],
        ['dependencies: [WP01,\n  WP02]', [], 'dependencies: []'],
        [
          'dependencies:\n- WP01\n- "WP02" # two\nx: 1',
          ['WP02', 'WP03'],
          'dependencies:\n- "WP02" # two\n- WP03\nx: 1',
        ],
        ['dependencies: # c\n  - WP01\nx: 1', [], 'dependencies: [] # c\nx: 1'],
        ['dependencies:\n  - "WP01"', ['WP01', 'WP02'], 'dependencies:\n  - "WP01"\n  - "WP02"'],
        ['dependencies:\nx: 1', ['WP01'], 'dependencies:\n  - WP01\nx: 1'],
        ['dependencies: # c\nx:\n- 1', ['WP01'], 'dependencies: # c\n- WP01\nx:\n- 1'],
        ['dependencies: "[\'WP01\']" # c', ['WP02'], 'dependencies: # c\n  - WP02'],
        ['dependencies: WP01', [], 'dependencies: []'],
        ['dependencies: |\n  WP01\nx: 1', ['WP02'], 'dependencies:\n  - WP02\nx: 1'],
        ['x: 1', [], 'x: 1\ndependencies: []'],
        ['x:\n- 1', ['WP01'], 'x:\n- 1\ndependencies:\n- WP01'],
      ])('turns the list in %j into %j', async (before, ids, after) => {
        expect(await edited(`---\n${before}\n---\nbody`, needs(...ids))).toBe(`---\n${after}\n---\nbody`);
      });

      it.each([
        'a: b',
        'x #y',
        'true',
        '12',
        '',
        '- x',
        '"q"',
        "it's",
        'Zoë 🐱 \u200f',
        '*a',
        'x\ny',
        'yes: [no]',
      ])('writes %j so that it is read back', async (value) => {
        for (const style of ['x', '"x"', "'x'", '']) {
          const after = await edited(`---\nlane: ${style}\n---\n`, lane(value));
          expect((await document(after)).frontMatter).toEqual({ lane: value });
        }
      });

      it('replaces the body and nothing else, together with keys', async () => {
        expect(await edited(TEXT, { edit: 'body', body: 'B' }, lane('done'))).toBe(
          '---\nwork_package_id: "WP01"\nlane: "done"  # where it is\n---\nB',
        );
      });

      it('names the text before and writes nothing itself', async () => {
        const change = await it$.subject.change(await document(TEXT), [lane('done')]);
        expect(change).toMatchObject({ path: WP01, before: TEXT });
        expect(await textOf(WP01)).toBe(TEXT);
      });

      it('refuses a file with a fault, and a value that others depend on', async () => {
        expect(await kindOf(edited('---\nlane: [a\n---\n', lane('done')))).toBe('work-package-unreadable');
        expect(await kindOf(edited('---\nlane: &a x\nother: *a\n---\n', lane('done')))).toBe(
          'work-package-unreadable',
        );
        expect(await kindOf(edited('---\n{lane: x}\n---\n', needs('WP01')))).toBe('work-package-unreadable');
      });

      it('scenario 27: changes only the line of the lane in every work package of the corpus', async () => {
        for (const path of corpusPaths()) await it$.put(path, corpusText(path));
        for (const slug of corpusFeatures()) {
          const feature = await it$.subject.read(it$.projectRoot, slug);
          for (const each of feature?.workPackages ?? []) {
            const { before, after } = await it$.subject.change(each, [lane('planned')]);
            const { removed, added } = changedLines(before ?? '', after);
            expect(removed.length).toBe(1);
            expect(removed[0]).toMatch(/^lane: "?done"?$/);
            expect(added).toEqual([removed[0]?.replace('done', 'planned')]);
          }
        }
      });
    });

    describe('writing', () => {
      it('writes in order what was decided, and makes files', async () => {
        await it$.put(`${FOLDER}/spec.md`, 'old');
        const changes = [
          { path: `${FOLDER}/spec.md`, before: 'old', after: 'new' },
          { path: `${FOLDER}/meta.json`, before: undefined, after: '{}' },
        ];
        await it$.subject.write(held(), changes);
        expect([await textOf(`${FOLDER}/spec.md`), await textOf(`${FOLDER}/meta.json`)]).toEqual([
          'new',
          '{}',
        ]);
        await it$.subject.write(held(), changes);
        expect(await textOf(`${FOLDER}/spec.md`)).toBe('new');
      });

      it('does not overwrite what somebody else wrote meanwhile', async () => {
        await it$.put(WP01, 'theirs');
        expect(await kindOf(it$.subject.write(held(), [{ path: WP01, before: 'old', after: 'new' }]))).toBe(
          'storage-failed',
        );
        expect(await textOf(WP01)).toBe('theirs');
      });

      it('keeps what was written before the failure', async () => {
        await it$.put(WP01, 'theirs');
        await it$.put(`${FOLDER}/spec.md`, 'old');
        const changes = [
          { path: `${FOLDER}/spec.md`, before: 'old', after: 'new' },
          { path: WP01, before: 'old', after: 'new' },
        ];
        expect(await kindOf(it$.subject.write(held(), changes))).toBe('storage-failed');
        expect(await textOf(`${FOLDER}/spec.md`)).toBe('new');
        await it$.subject.restore(held(), changes);
        expect([await textOf(`${FOLDER}/spec.md`), await textOf(WP01)]).toEqual(['old', 'theirs']);
      });

      it('restores the bytes, removes what it made, and may be repeated', async () => {
        await it$.put(WP01, TEXT);
        const changes = [
          { path: WP01, before: TEXT, after: 'new' },
          { path: `${FOLDER}/meta.json`, before: undefined, after: '{}' },
        ];
        await it$.subject.write(held(), changes);
        await it$.subject.restore(held(), changes);
        await it$.subject.restore(held(), changes);
        expect(await textOf(WP01)).toBe(TEXT);
        expect(await textOf(`${FOLDER}/meta.json`)).toBeUndefined();
      });

      it('gives no text outside the project', async () => {
        expect(await kindOf(textOf('../secret'))).toBe('storage-failed');
      });

      if (durable) {
        it('is seen by another process as soon as it is done', async () => {
          await it$.put(WP01, TEXT);
          const other = it$.reopen?.();
          await it$.subject.write(held(), [{ path: WP01, before: TEXT, after: 'new' }]);
          expect(await other?.text(it$.projectRoot, WP01)).toBe('new');
        });
      }
    });
  });
};
