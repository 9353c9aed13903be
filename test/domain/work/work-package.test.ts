import fc from 'fast-check';
import {
  compareWorkPackageIds,
  describeIds,
  workPackageIdOfFile,
} from '../../../src/domain/work/work-package-id.js';
import {
  describeWorkPackageFault,
  lineOfKey,
  readWorkPackage,
  type WorkPackage,
} from '../../../src/domain/work/work-package.js';

const PATH = 'kitty-specs/001-a/tasks/WP07-first-steps.md';

const read = (frontMatter: Readonly<Record<string, unknown>>, path = PATH) =>
  readWorkPackage({ path, text: `---\n${Object.keys(frontMatter).join(':\n')}:\n---\n`, frontMatter });

const readOk = (frontMatter: Readonly<Record<string, unknown>>, path = PATH): WorkPackage => {
  const result = read(frontMatter, path);
  if (!result.ok) throw new Error(result.error.reason);
  return result.value;
};

describe('a work package id', () => {
  it('is found in the name of a file', () => {
    expect(workPackageIdOfFile('WP01-a.md')).toBe('WP01');
    expect(workPackageIdOfFile('WP100_a.md')).toBe('WP100');
    expect(workPackageIdOfFile('WP01.b.md')).toBe('WP01');
    expect(workPackageIdOfFile('WP01.md')).toBe('WP01');
    expect(
      ['WP01b-a.md', 'README.md', 'WP1-a.md', 'WP01-a.txt', '.WP01-a.md'].map(workPackageIdOfFile),
    ).toEqual(new Array(5).fill(undefined));
  });

  it('is ordered by its number', () => {
    expect(['oops', 'WP100', 'WP20', 'aa', 'WP03'].sort(compareWorkPackageIds)).toEqual([
      'WP03',
      'WP20',
      'WP100',
      'aa',
      'oops',
    ]);
    expect(compareWorkPackageIds('WP01', 'WP01')).toBe(0);
    expect(['WP010', 'WP10'].sort(compareWorkPackageIds)).toEqual(['WP010', 'WP10']);
  });
});

describe('ids for a person', () => {
  it.each([
    [[], 'none'],
    [['WP01'], 'WP01'],
    [['WP01', 'WP02'], 'WP01, WP02'],
    [['WP01', 'WP02', 'WP03', 'WP05'], 'WP01–WP03, WP05'],
    [['WP98', 'WP99', 'WP100'], 'WP98–WP100'],
    [['WP01', 'odd', 'WP02'], 'WP01, odd, WP02'],
  ])('%j are told as %s', (ids, text) => {
    expect(describeIds(ids)).toBe(text);
  });
});

describe('reading a work package', () => {
  it('takes what the front matter says', () => {
    const frontMatter = {
      work_package_id: 'WP07',
      title: ' One ',
      lane: 'doing',
      dependencies: ['WP01', 'WP01'],
      agent: 'codex',
    };
    expect(readOk(frontMatter)).toEqual({
      id: 'WP07',
      title: 'One',
      lane: 'doing',
      dependencies: ['WP01'],
      agent: 'codex',
      path: PATH,
    });
  });

  it('has a default for everything that is missing', () => {
    expect(readOk({})).toEqual({
      id: 'WP07',
      title: 'First steps',
      lane: 'planned',
      dependencies: [],
      path: PATH,
    });
    expect(readOk({ lane: null, title: '', agent: '', work_package_id: 7 }, 'tasks/WP07.md')).toMatchObject({
      id: 'WP07',
      title: 'WP07',
      lane: 'planned',
    });
  });

  it.each([
    ['planned', 'planned'],
    [' Done ', 'done'],
    ['', 'planned'],
    ['claimed', 'planned'],
    ['in_progress', 'doing'],
    ['blocked', 'doing'],
    ['approved', 'for_review'],
    ['canceled', 'canceled'],
    ['in_review', 'for_review'],
  ])('understands the lane %j', (text, lane) => {
    expect(readOk({ lane: text }).lane).toBe(lane);
  });

  it.each([['weird'], [5], [['done']], [true]])(
    'names file and line of the lane %j, which nobody uses',
    (lane) => {
      const result = read({ title: 'x', lane });
      expect(result.ok ? '' : describeWorkPackageFault(result.error)).toBe(
        `${PATH}:3: lane is ${JSON.stringify(lane)}, which is no lane`,
      );
    },
  );

  it.each<[unknown, readonly string[]]>([
    [
      ['WP01', 'wp02', null, 3],
      ['WP01', 'WP02', '3'],
    ],
    ['WP01', ['WP01']],
    ["['WP01', 'WP02']", ['WP01', 'WP02']],
    ['none', []],
    [null, []],
    [{ a: 1 }, []],
    [[['WP01']], []],
  ])('reads the dependencies %j', (dependencies, ids) => {
    expect(readOk({ dependencies }).dependencies).toEqual(ids);
  });

  it('fails with the fault of the front matter, or when nothing names the work package', () => {
    const fault = { line: 4, reason: 'broken' };
    expect(readWorkPackage({ path: PATH, text: '', frontMatter: {}, fault })).toEqual({
      ok: false,
      error: { path: PATH, line: 4, reason: 'broken' },
    });
    const result = read({}, 'notes.md');
    expect(result.ok ? '' : describeWorkPackageFault(result.error)).toBe(
      'notes.md: work_package_id names no work package id such as WP01',
    );
  });

  it('finds the line of a key behind a byte order mark and quotes', () => {
    expect(lineOfKey('\ufefflane: x', 'lane')).toBe(1);
    expect(lineOfKey('---\r\n"lane": x', 'lane')).toBe(2);
    expect(lineOfKey('lanes: x\nlane : y', 'lane')).toBe(2);
    expect(lineOfKey('---', 'lane')).toBeUndefined();
  });

  it('never fails otherwise, whatever the values are', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('lane', 'title', 'dependencies', 'agent', 'work_package_id'),
          fc.anything(),
        ),
        (values) => {
          void readWorkPackage({ path: PATH, text: '', frontMatter: values });
        },
      ),
    );
  });
});
