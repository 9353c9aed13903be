import fc from 'fast-check';
import { ceilingMs } from '../../../src/domain/delivery/backoff.js';
import {
  MAX_ATTEMPTS,
  type Answer,
  deadLetter,
  rejection,
  REFUSAL_RETRY_MS,
  settlementOf,
} from '../../../src/domain/delivery/outcome.js';

const EVENT = { record: 7, eventId: 'event', attempts: 1 };
const BASE = { record: 7, eventId: 'event' };

describe('what an answer makes of an event', () => {
  it.each<[string, Answer | undefined, object | undefined]>([
    ['accepted is delivered', { answer: 'accepted' }, { ...BASE, became: 'delivered' }],
    ['duplicate is duplicate', { answer: 'duplicate' }, { ...BASE, became: 'duplicate' }],
    ['pending leaves it as it was', { answer: 'pending' }, undefined],
    ['silence leaves it as it was', undefined, undefined],
    [
      'rejected counts an attempt',
      { answer: 'rejected', reason: 'no' },
      { ...BASE, became: 'failing', attempts: 2, reason: 'no', dueAtMs: 1000 + 500 },
    ],
    [
      'an unknown team counts none and is asked again in an hour',
      { answer: 'rejected', reason: 'no team', code: 'unknown-team' },
      { ...BASE, became: 'refused', attempts: 1, reason: 'no team', dueAtMs: 1000 + REFUSAL_RETRY_MS },
    ],
    [
      'another code counts like none',
      { answer: 'rejected', reason: 'no', code: 'schema' },
      { ...BASE, became: 'failing', attempts: 2, reason: 'no', dueAtMs: 1000 + 500 },
    ],
  ])('%s', (_name, answer, settlement) => {
    expect(settlementOf(EVENT, answer, 1000, 0.5)).toEqual(settlement);
  });
});

describe('a rejection', () => {
  it('is the last one at the fifth attempt', () => {
    expect(rejection({ ...EVENT, attempts: MAX_ATTEMPTS - 2 }, 'no', 0, 0).became).toBe('failing');
    expect(rejection({ ...EVENT, attempts: MAX_ATTEMPTS - 1 }, 'no', 0, 0)).toEqual({
      ...BASE,
      became: 'dead',
      attempts: MAX_ATTEMPTS,
      reason: 'no',
    });
  });

  it('is due again between now and the ceiling of its attempts', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: MAX_ATTEMPTS - 2 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 0, max: 2 ** 40 }),
        (attempts, random, nowMs) => {
          const settled = rejection({ ...EVENT, attempts }, 'no', nowMs, random);
          if (settled.became !== 'failing') throw new Error('not the last attempt');
          expect(settled.dueAtMs).toBeGreaterThanOrEqual(nowMs);
          expect(settled.dueAtMs).toBeLessThanOrEqual(nowMs + ceilingMs(attempts + 1));
        },
      ),
    );
  });
});

it('a dead letter is one at once, with the attempts that there were', () => {
  expect(deadLetter(EVENT, 'too large')).toEqual({
    ...BASE,
    became: 'dead',
    attempts: 1,
    reason: 'too large',
  });
});
