import {
  chooseFeature,
  featureOfBranch,
  featuresCalled,
  type FeatureHints,
} from '../../../src/domain/work/feature-slug.js';
import { featureNumber } from '../../../src/domain/ids.js';

const FEATURES = ['001-alpha', '002-beta', '002-gamma'];

const choose = (hints: Partial<FeatureHints>) => chooseFeature({ features: FEATURES, ...hints });

describe('a feature', () => {
  it('has the number that its folder begins with, if any', () => {
    const numbers = [
      '028-cli-events',
      '1107-parcel-labels',
      '28-cli',
      'WEB-001-x',
      'labels-01KQHABC',
      '028-',
    ].map(featureNumber);
    expect(numbers).toEqual(['028', '1107', undefined, undefined, undefined, undefined]);
  });

  it.each([
    ['001-alpha-WP100', '001-alpha'],
    ['001-alpha-WP02-merge-base', '001-alpha'],
    ['001-alpha', '001-alpha'],
    ['labels-01KQHABC-WP01', 'labels-01KQHABC'],
    ['kitty/mission-labels-01KQHABC-lane-b', 'labels-01KQHABC'],
    ['kitty/mission-labels-01KQHABC', 'labels-01KQHABC'],
    ['kitty/mission-alpha-lane-a', '001-alpha'],
    ['labels-01KQHABC-lane-a', 'labels-01KQHABC'],
    ['main', undefined],
    ['alpha', undefined],
  ])('is found in the branch %s as %s', (branch, slug) => {
    expect(featureOfBranch(branch, ['001-alpha', 'labels-01KQHABC'])).toBe(slug);
  });

  it.each([
    ['parcel-labels-01KQHABC', ['parcel-labels-01KQHABC']],
    ['01KQHABC', ['parcel-labels-01KQHABC']],
    ['01kqhabc', ['parcel-labels-01KQHABC']],
    ['1107', ['1107-parcel-labels']],
    ['WEB-001', ['WEB-001-parcel-labels']],
    ['web-1-x', []],
    ['28', ['028-Sync_X']],
    ['sync_x', ['028-Sync_X']],
    ['parcel-labels', ['parcel-labels-01KQHABC', '1107-parcel-labels', 'WEB-001-parcel-labels']],
    ['parcel', []],
    ['001', ['WEB-001-parcel-labels']],
  ])('is called %s: %j', (word, slugs) => {
    const features = ['parcel-labels-01KQHABC', '1107-parcel-labels', 'WEB-001-parcel-labels', '028-Sync_X'];
    expect(featuresCalled(word, features)).toEqual(slugs);
  });
});

describe('the choice of a feature', () => {
  it('follows what is said before where one stands', () => {
    const everything = {
      flag: '001-alpha',
      variable: '002-beta',
      branch: '002-gamma',
      directory: '/p/kitty-specs/002-beta',
    };
    expect(choose(everything)).toEqual({ ok: true, value: '001-alpha' });
    expect(choose({ ...everything, flag: undefined })).toMatchObject({
      value: '002-beta',
    });
    expect(choose({ ...everything, flag: '', variable: ' ' })).toMatchObject({
      value: '002-gamma',
    });
    expect(choose({ branch: 'main', directory: '/p/kitty-specs/002-beta/tasks' })).toMatchObject({
      value: '002-beta',
    });
  });

  it('takes a path or the number alone for a name, when only one feature has it', () => {
    expect(choose({ flag: 'kitty-specs/001-alpha/' })).toMatchObject({ value: '001-alpha' });
    expect(choose({ flag: '001' })).toMatchObject({ value: '001-alpha' });
    expect(choose({ flag: '002' })).toMatchObject({
      error: { kind: 'feature-ambiguous', candidates: ['002-beta', '002-gamma'] },
    });
  });

  it('finds a worktree in a directory, with either slash, innermost first', () => {
    expect(choose({ directory: 'C:\\p\\.worktrees\\001-alpha-WP03\\src' })).toMatchObject({
      value: '001-alpha',
    });
    expect(choose({ directory: '/001-alpha/kitty-specs/002-beta' })).toMatchObject({
      value: '002-beta',
    });
  });

  it('refuses a name that does not exist, and lists the candidates', () => {
    expect(choose({ flag: '009-nope' })).toEqual({
      ok: false,
      error: {
        kind: 'feature-not-found',
        message: 'There is no feature "009-nope" (from --feature).',
        candidates: FEATURES,
      },
    });
    expect(choose({ variable: '009' })).toMatchObject({
      error: { message: expect.stringContaining('SPECIFY_FEATURE') },
    });
  });

  it('ignores a branch or directory that names no existing feature', () => {
    expect(
      choose({ branch: '009-nope-WP01', directory: '/x/009-nope', features: ['001-alpha'] }),
    ).toMatchObject({
      value: '001-alpha',
    });
  });

  it('takes a name without a number from a folder only where features and work trees lie', () => {
    const features = ['docs', '001-alpha'];
    expect(choose({ directory: '/docs/guide', features })).toMatchObject({
      error: { kind: 'feature-ambiguous' },
    });
    for (const directory of ['kitty-specs/docs/tasks', '.worktrees/docs-WP01/src', '.worktrees/docs-lane-a'])
      expect(choose({ directory, features })).toMatchObject({ value: 'docs' });
  });

  it('calls none the only one beside what may be a feature and cannot be read', () => {
    expect(choose({ features: ['001-alpha'], hasOthers: true })).toMatchObject({
      error: { kind: 'feature-ambiguous', candidates: ['001-alpha'] },
    });
    expect(choose({ features: [], hasOthers: true })).toMatchObject({
      error: { message: 'There is no feature that can be read in kitty-specs/.' },
    });
  });

  it('never guesses among several', () => {
    expect(choose({})).toMatchObject({
      ok: false,
      error: { kind: 'feature-ambiguous', candidates: FEATURES },
    });
    expect(choose({ features: [] })).toMatchObject({
      ok: false,
      error: { kind: 'feature-not-found', candidates: [] },
    });
  });
});
