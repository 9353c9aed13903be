import { parseEnvelope } from '../../../src/domain/events/parse-envelope.js';
import { upcast } from '../../../src/domain/events/upcast.js';
import { sealed } from './samples.js';

type Mode = 'own' | 'foreign';

const verdict = (document: unknown, mode: Mode): string => {
  const judged = mode === 'own' ? parseEnvelope(document, 'own') : parseEnvelope(document, 'foreign');
  return judged.ok ? 'ok' : judged.error.map(({ path, reason }) => `${path}: ${reason}`).join('; ');
};

/** A sealed event with other members; a member that is `undefined` is as good as missing. */
const event = (type: Parameters<typeof sealed>[0], payload: object = {}, envelope: object = {}) => {
  const document = sealed(type);
  return { ...document, payload: { ...document.payload, ...payload }, ...envelope };
};

const parsed = (json: string): object => JSON.parse(json) as object;

describe('documents in which judges have differed', () => {
  it.each<[string, unknown, string, string]>([
    ['a list for an envelope', [sealed('WPCreated')], ': must be an object', ': must be an object'],
    [
      'a list for a payload',
      { ...sealed('WPCreated'), payload: [] },
      'payload: must be an object',
      'payload: must be an object',
    ],
    [
      'a number of nobody for a payload',
      { ...sealed('WPCreated'), payload: 2 ** 53 },
      'payload: must be an object; payload: is not a safe integer',
      'payload: must be an object; payload: is not a safe integer',
    ],
    [
      'a key that objects inherit',
      event('WPCreated', { toString: 1 }, { constructor: 'x' }),
      'constructor: is not a key of an envelope; payload.toString: is not a key of WPCreated',
      'ok',
    ],
    [
      'a key by which prototypes are set',
      { ...sealed('WPCreated'), payload: { ...sealed('WPCreated').payload, ...parsed('{"__proto__":1}') } },
      'payload.__proto__: is not a key of WPCreated',
      'ok',
    ],
    [
      'several keys that nobody knows',
      event('ErrorLogged', { one: 1, two: undefined }, { three: 3 }),
      'three: is not a key of an envelope; payload.one: is not a key of ErrorLogged; payload.two: is not a key of ErrorLogged',
      'ok',
    ],
    [
      'a required key that is undefined',
      event('WPAssigned', { phase: undefined }),
      'payload.phase: is required',
      'payload.phase: is required',
    ],
    [
      'a required key of our writers that is missing',
      event('WPAssigned', { feature_slug: undefined }),
      'payload.feature_slug: is required',
      'ok',
    ],
    [
      'null for an optional value',
      event('WPCreated', { status: null }),
      'payload.status: must be one of the lanes planned, doing, for_review, done',
      'ok',
    ],
    [
      'empty text for a value with a default',
      event('WPCreated', { status: '' }),
      'payload.status: must be one of the lanes planned, doing, for_review, done',
      'ok',
    ],
    [
      'empty text for a value without one',
      event('WPCreated', { detail: '' }),
      'payload.detail: must not be empty',
      'payload.detail: must not be empty',
    ],
    [
      'one line break after an id',
      event('DependencyResolved', { dependency_wp_id: 'WP03\n' }),
      String.raw`payload.dependency_wp_id: must match ^WP\d{2,4}$`,
      'ok',
    ],
    [
      'two line breaks after an id',
      event('DependencyResolved', { dependency_wp_id: 'WP03\n\n' }),
      String.raw`payload.dependency_wp_id: must match ^WP\d{2,4}$`,
      String.raw`payload.dependency_wp_id: must match ^WP\d{2,4}$`,
    ],
    [
      'a list with a hole',
      event('WPCreated', { dependencies: Array(1) }),
      String.raw`payload.dependencies: must be a list of texts that match ^WP\d{2,4}$`,
      String.raw`payload.dependencies: must be a list of texts that match ^WP\d{2,4}$`,
    ],
    [
      'a list of several wrong texts',
      event('WPCreated', { dependencies: ['a', 'b'] }),
      String.raw`payload.dependencies: must be a list of texts that match ^WP\d{2,4}$`,
      String.raw`payload.dependencies: must be a list of texts that match ^WP\d{2,4}$`,
    ],
    [
      'a count that is no number',
      event('WPAssigned', { retry_count: NaN }),
      'payload.retry_count: must be an integer from 0 up; payload.retry_count: is not a finite number',
      'payload.retry_count: must be an integer from 0 up; payload.retry_count: is not a finite number',
    ],
    [
      'a clock beyond the safe range',
      event('WPAssigned', {}, { lamport_clock: 2 ** 53 }),
      'lamport_clock: must be a Lamport timestamp; lamport_clock: is not a safe integer',
      'lamport_clock: must be an integer from 0 up; lamport_clock: is not a safe integer',
    ],
    [
      'a clock that is poison',
      event('WPAssigned', {}, { lamport_clock: 2 ** 48 + 1 }),
      'lamport_clock: must be a Lamport timestamp',
      'ok',
    ],
    [
      'an older key beside the present one',
      event('WPStatusChanged', { from_lane: 'x' }),
      'payload.from_lane: is not a key of WPStatusChanged',
      'ok',
    ],
    [
      'a uuid without hyphens for a project',
      event('WPAssigned', {}, { project_uuid: '3b241101e2bb42558caf4136c566a962' }),
      'project_uuid: must be a UUID of version 4 in lower case or null',
      'project_uuid: must be a UUID or null',
    ],
    [
      'a date for a moment',
      event('WPAssigned', {}, { timestamp: '2026-03-01' }),
      'timestamp: must be a date-time in ISO 8601, in UTC',
      'ok',
    ],
  ])('%s', (_name, document, own, foreign) => {
    expect(verdict(document, 'own')).toBe(own);
    expect(verdict(document, 'foreign')).toBe(foreign);
  });

  it('mean the same afterwards: what a reader bears is put into our words', () => {
    const document = event('WPStatusChanged', {
      ...{ wp_id: 'WP03\n', previous_status: undefined, new_status: 'in_review', changed_by: '' },
      from_lane: 'claimed',
    });
    const judged = parseEnvelope(parsed(JSON.stringify(document)), 'foreign');
    expect(judged.ok && upcast(judged.value).payload).toEqual({
      ...{ wp_id: 'WP03', previous_status: 'planned', new_status: 'for_review', changed_by: 'user' },
      feature_slug: '007-demo',
    });
  });
});

describe('what a stranger can make a judge say', () => {
  const noise = Array.from({ length: 100_000 }, () => '\ud800');
  const issuesIn = (document: unknown, most: number) => {
    const judged = parseEnvelope(document, 'foreign', most);
    return judged.ok ? [] : judged.error;
  };

  it('ends at the number of issues that is asked for, whatever kind they are of', () => {
    expect(issuesIn({ ...sealed('WPCreated'), noise }, 5)).toHaveLength(5);
    expect(issuesIn({}, 5)).toHaveLength(5);
    expect(issuesIn({ noise }, 10).at(-1)).toEqual({
      path: 'noise.0',
      reason: 'holds an unpaired surrogate',
    });
  });

  it('names a place by the beginning of its path where that is very long', () => {
    const paths = issuesIn({ ...sealed('WPCreated'), ['x'.repeat(5000)]: noise }, 5).map(({ path }) => path);
    expect(paths).toEqual([`${'x'.repeat(200)}\u2026`]);
  });
});
