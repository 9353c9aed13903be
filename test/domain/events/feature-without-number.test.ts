import { issuesOf } from '../../../src/domain/document.js';
import { payloadDescription } from '../../../src/domain/events/payloads.js';

const payload = { feature_slug: 'parcel-labels-01KQHABC', target_branch: 'main', wp_count: 2 };

const faults = (more: object) =>
  issuesOf(payloadDescription('FeatureCreated', 'own'), { ...payload, ...more }).map(({ path }) => path);

describe('an event about a feature whose folder has no number', () => {
  it('needs no feature_number, and one of more than three digits is one', () => {
    expect(faults({})).toEqual([]);
    expect(faults({ feature_number: '1107', feature_slug: '1107-x' })).toEqual([]);
    expect(faults({ feature_number: '7' })).toEqual(['feature_number']);
  });

  it.each(['WEB-001-x', 'Mit Leerzeichen \u00e4', '028-Sync_X'])('may be called %j', (slug) => {
    expect(faults({ feature_slug: slug })).toEqual([]);
  });

  it.each(['', '.hidden', '..', 'a/b', 'a\\b', 'a\nb', 'a\u0085b'])('may not be called %j', (slug) => {
    expect(faults({ feature_slug: slug })).toEqual(['feature_slug']);
  });
});
