import { workPackageIdOf } from '../../../src/domain/work/work-package-id.js';

describe('the name of a work package', () => {
  it.each([
    ['WP01', 'WP01'],
    [' wp01 ', 'WP01'],
    ['1', 'WP01'],
    ['01', 'WP01'],
    ['wp1', 'WP01'],
    ['WP-7', 'WP07'],
    ['wp 12', 'WP12'],
    ['100', 'WP100'],
    ['WP001', 'WP001'],
    ['Wp_3', 'WP03'],
  ])('%j means %s', (said, id) => {
    expect(workPackageIdOf(said)).toBe(id);
  });

  it.each(['', 'T001', 'WP', 'one', '1a', '-1', '12345', '1.5'])(
    '%j is none and stays what it is',
    (said) => {
      expect(workPackageIdOf(said)).toBe(said);
    },
  );
});
