import fc from 'fast-check';
import { commitSubject, namesOrCount } from '../../../src/domain/work/commit-message.js';

describe('the first line of a commit of ours', () => {
  it('says what was done, in the form that most projects ask for', () => {
    expect(commitSubject('start WP01', '001-alpha')).toBe('chore: start WP01 (001-alpha)');
    expect(commitSubject("record the project's identity")).toBe("chore: record the project's identity");
  });

  it('keeps to the rules of config-conventional for whatever names there are', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        (what, feature) => {
          const subject = commitSubject(`merge WP01, ${what}`, feature);
          expect(subject.length).toBeLessThanOrEqual(100);
          expect(subject).toMatch(/^chore: merge WP01,.* \(.*\)$/u);
          expect(Buffer.from(subject, 'utf8').toString('utf8')).toBe(subject);
        },
      ),
    );
  });

  it('shortens the feature before it shortens what was done', () => {
    const subject = commitSubject('move WP01 from planned to doing', `001-${'long-'.repeat(30)}name`);
    expect(subject).toMatch(/^chore: move WP01 from planned to doing \(001-long-.*…\)$/);
  });

  it('counts many work packages instead of naming them', () => {
    expect(namesOrCount(['WP01', 'WP02'], 'work packages')).toBe('WP01, WP02');
    expect(
      namesOrCount(
        Array.from({ length: 7 }, (_, at) => `WP0${at}`),
        'work packages',
      ),
    ).toBe('7 work packages');
  });
});
