import fc from 'fast-check';
import { batchOutcome, retryAfterMs } from '../../../src/adapters/delivery/got-batch-transport.js';
import { reasonIn } from '../../../src/adapters/delivery/bounded-http.js';
import { printable } from '../../../src/adapters/delivery/printable.js';
import type { BatchOutcome } from '../../../src/domain/delivery/outcome.js';

const NOW = Date.UTC(2026, 1, 3, 12, 0, 0);
const TOKEN = 'secret-token-1';
const A = '01J0000000AAAAAAAAAAAAAAA1';
const B = '01J0000000AAAAAAAAAAAAAAA2';

const outcomeOf = (status: number, body: unknown = '', retryAfter?: string): BatchOutcome =>
  batchOutcome(
    {
      kind: 'answer',
      status,
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...(retryAfter === undefined ? {} : { retryAfter }),
    },
    { eventIds: [A, B], accessToken: TOKEN },
    NOW,
  );

const answersOf = (outcome: BatchOutcome): Record<string, string> =>
  'answers' in outcome
    ? Object.fromEntries([...outcome.answers].map(([id, { answer }]) => [id, answer]))
    : {};

describe('scenario 13: the table of answers to a batch', () => {
  it.each<[number, unknown, Partial<BatchOutcome>]>([
    [401, '', { outcome: 'unauthorized' }],
    [403, { detail: 'team is read-only' }, { outcome: 'forbidden', reason: 'team is read-only' }],
    [403, '', { outcome: 'forbidden', reason: 'status 403' }],
    [408, '', { outcome: 'unavailable', reason: 'status 408' }],
    [429, { title: 'Slow down' }, { outcome: 'unavailable', reason: 'status 429: Slow down' }],
    [500, '<h1>oops</h1>', { outcome: 'unavailable', reason: 'status 500: <h1>oops</h1>' }],
    [503, '', { outcome: 'unavailable', reason: 'status 503' }],
    [599, '', { outcome: 'unavailable', reason: 'status 599' }],
    [412, '', { outcome: 'protocol-mismatch', reason: expect.stringContaining('upgrade the hub') }],
    [
      426,
      'v2 only',
      { outcome: 'protocol-mismatch', reason: expect.stringMatching(/upgrade spec-kitty-sync: v2 only$/) },
    ],
    [413, '', { outcome: 'too-large' }],
    [404, 'no such page', { outcome: 'unexpected', reason: 'status 404: no such page' }],
    [422, '', { outcome: 'unexpected', reason: 'status 422' }],
    [204, '', { outcome: 'unexpected', reason: 'status 204' }],
    [301, '', { outcome: 'unexpected', reason: 'status 301, a redirect, which is refused' }],
    [308, 'x', { outcome: 'unexpected', reason: 'status 308, a redirect, which is refused: x' }],
    [200, '{"results":', { outcome: 'unexpected', reason: 'status 200: {"results":' }],
    [200, 'null', { outcome: 'unexpected', reason: 'status 200: null' }],
    [200, { results: {} }, { outcome: 'unexpected', reason: 'status 200: {"results":{}}' }],
    [400, 'nonsense', { outcome: 'refused-opaque', reason: 'nonsense' }],
    [400, '', { outcome: 'refused-opaque', reason: 'status 400' }],
    [400, { error: 'bad batch', details: 'row 3' }, { outcome: 'refused-opaque', reason: 'bad batch' }],
    [400, { error: 'bad', details: [{ event_id: 'unknown' }] }, { outcome: 'refused-opaque', reason: 'bad' }],
  ])('reads %d %j as %j', (status, body, expected) => {
    expect(outcomeOf(status, body)).toEqual(expected);
  });

  it.each([
    ['as a list', [{ event_id: B, error: 'lane is unknown' }]],
    ['as JSON inside a string', JSON.stringify([{ event_id: B, reason: 'lane is unknown' }])],
    ['in lower case', [{ event_id: B.toLowerCase(), error: 'lane is unknown' }]],
  ])('reads a 400 that names events %s', (_, details) => {
    const outcome = outcomeOf(400, { error: 'bad', details });
    expect(outcome).toEqual({
      outcome: 'refused-by-id',
      answers: new Map([[B, { answer: 'rejected', reason: 'lane is unknown' }]]),
    });
  });

  it('gives a named event without a reason one', () => {
    expect(outcomeOf(400, { details: [{ event_id: A }, 5] })).toEqual({
      outcome: 'refused-by-id',
      answers: new Map([[A, { answer: 'rejected', reason: 'the hub answered "rejected"' }]]),
    });
  });

  it('scenario 12: matches results by id and never by position', () => {
    const results = [
      { event_id: 'somebody-else', status: 'success' },
      { event_id: B, status: 'success' },
      { status: 'success' },
      'noise',
    ];
    expect(answersOf(outcomeOf(200, { results }))).toEqual({ [B]: 'accepted' });
    expect(answersOf(outcomeOf(200, { results: [] }))).toEqual({});
  });

  it('lets a receipt win where a hub contradicts itself', () => {
    const twice = (...statuses: string[]) => ({
      results: statuses.map((status) => ({ event_id: A, status })),
    });
    expect(answersOf(outcomeOf(200, twice('success', 'error')))).toEqual({ [A]: 'accepted' });
    expect(answersOf(outcomeOf(200, twice('error', 'duplicate')))).toEqual({ [A]: 'duplicate' });
    expect(answersOf(outcomeOf(200, twice('pending', 'error')))).toEqual({ [A]: 'rejected' });
  });

  it('carries the pause that the hub asks for', () => {
    expect(outcomeOf(429, '', '7')).toMatchObject({ retryAfterMs: 7000 });
    expect(outcomeOf(503, '', 'soon')).not.toHaveProperty('retryAfterMs');
  });

  it('reads replies without an answer', () => {
    const sent = { eventIds: [A], accessToken: TOKEN };
    expect(batchOutcome({ kind: 'no-answer', reason: 'x' }, sent, NOW)).toEqual({
      outcome: 'unavailable',
      reason: 'x',
    });
    expect(batchOutcome({ kind: 'garbled', reason: 'x' }, sent, NOW)).toEqual({
      outcome: 'unexpected',
      reason: 'x',
    });
  });

  it('never repeats the token, whatever the hub echoes', () => {
    for (const status of [200, 400, 403, 404, 412, 426, 429, 500]) {
      expect(JSON.stringify(outcomeOf(status, { detail: `you sent ${TOKEN}` }))).not.toContain(TOKEN);
    }
  });

  it('has an outcome for any status and any body, and answers only about what was sent', () => {
    const line = fc.record({
      event_id: fc.oneof(fc.constant(A), fc.constant(B), fc.string()),
      status: fc.string(),
    });
    const body = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({ results: fc.array(fc.oneof(line, fc.anything())) })
        .map((each) => JSON.stringify(each) ?? ''),
      fc.record({ details: fc.array(fc.oneof(line, fc.anything())) }).map((each) => safeJson(each)),
    );
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 999 }), body, (status, text) => {
        const outcome = outcomeOf(status, text);
        for (const id of Object.keys(answersOf(outcome))) expect([A, B]).toContain(id);
      }),
    );
  });
});

const safeJson = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
};

describe('retry-after', () => {
  it.each([
    ['0', 1000],
    ['2', 2000],
    ['2.5', 2500],
    [' 10 ', 10_000],
    ['86400', 300_000],
    ['Tue, 03 Feb 2026 12:01:00 GMT', 60_000],
    ['Tue, 03 Feb 2026 11:00:00 GMT', 1000],
    ['Wed, 04 Feb 2026 12:00:00 GMT', 300_000],
    ['', undefined],
    ['-5', undefined],
    ['2026', 300_000],
    ['soon', undefined],
    [undefined, undefined],
  ])('reads %j as %s ms', (header, ms) => {
    expect(retryAfterMs(header, NOW)).toBe(ms);
  });
});

describe('what is repeated of a foreign text', () => {
  it('is one printable line of at most 200 characters, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
        const line = printable(text);
        expect([...line].length).toBeLessThanOrEqual(200);
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
    expect(printable('a\u001b[31mb\u202e\r\nc')).toBe('a [31mb c');
    expect([...printable('😀'.repeat(300))]).toHaveLength(200);
  });

  it('prefers the words of a problem document', () => {
    expect(reasonIn('{"title":"T","detail":"D"}')).toBe('D');
    expect(reasonIn('{"error":" ","title":"T"}')).toBe('T');
    expect(reasonIn('{"detail":5}')).toBe('{"detail":5}');
    expect(reasonIn('[1]')).toBe('[1]');
  });
});
