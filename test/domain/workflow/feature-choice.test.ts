import { chooseFeature, type FeatureHints } from '../../../src/domain/workflow/feature-choice.js';
import {
  parseFeatureSlug,
  slugOfBranch,
  workPackageBranch,
} from '../../../src/domain/workflow/feature-slug.js';

const FEATURES = ['001-alpha', '002-beta', '002-gamma'];

const choose = (hints: Partial<FeatureHints>) => chooseFeature({ features: FEATURES, ...hints });

describe('a feature slug', () => {
  it('is a three-digit number and a name', () => {
    expect(parseFeatureSlug('028-cli-events')).toEqual({
      slug: '028-cli-events',
      number: '028',
      name: 'cli-events',
    });
    expect(parseFeatureSlug('28-cli')).toBeUndefined();
    expect(parseFeatureSlug('028-CLI')).toBeUndefined();
  });

  it('is found in the branch of a work package', () => {
    expect(slugOfBranch(workPackageBranch('001-alpha', 'WP100'))).toBe('001-alpha');
    expect(slugOfBranch('001-alpha-WP02-merge-base')).toBe('001-alpha');
    expect(slugOfBranch('001-alpha')).toBe('001-alpha');
    expect(slugOfBranch('main')).toBeUndefined();
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
    expect(choose(everything)).toEqual({ ok: true, value: { slug: '001-alpha', source: 'flag' } });
    expect(choose({ ...everything, flag: undefined })).toMatchObject({
      value: { slug: '002-beta', source: 'variable' },
    });
    expect(choose({ ...everything, flag: '', variable: ' ' })).toMatchObject({
      value: { slug: '002-gamma', source: 'branch' },
    });
    expect(choose({ branch: 'main', directory: '/p/kitty-specs/002-beta/tasks' })).toMatchObject({
      value: { slug: '002-beta', source: 'directory' },
    });
  });

  it('takes a path or the number alone for a name, when only one feature has it', () => {
    expect(choose({ flag: 'kitty-specs/001-alpha/' })).toMatchObject({ value: { slug: '001-alpha' } });
    expect(choose({ flag: '001' })).toMatchObject({ value: { slug: '001-alpha' } });
    expect(choose({ flag: '002' })).toMatchObject({
      error: { kind: 'feature-ambiguous', candidates: ['002-beta', '002-gamma'] },
    });
  });

  it('finds a worktree in a directory, with either slash, innermost first', () => {
    expect(choose({ directory: 'C:\\p\\.worktrees\\001-alpha-WP03\\src' })).toMatchObject({
      value: { slug: '001-alpha' },
    });
    expect(choose({ directory: '/001-alpha/kitty-specs/002-beta' })).toMatchObject({
      value: { slug: '002-beta' },
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
      value: { slug: '001-alpha', source: 'only-one' },
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
