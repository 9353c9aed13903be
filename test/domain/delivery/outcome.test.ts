import { answerOf, isReceipt } from '../../../src/domain/delivery/outcome.js';
import { isEventResult } from '../../../src/domain/wire.js';

describe('answer about one event', () => {
  it.each([
    ['success', 'accepted', true],
    ['duplicate', 'duplicate', true],
    ['pending', 'pending', false],
    ['error', 'rejected', false],
    ['rejected', 'rejected', false],
    ['brand-new-status', 'rejected', false],
  ])('reads status %s as %s', (status, answer, receipt) => {
    const read = answerOf({ event_id: 'x', status });
    expect(read.answer).toBe(answer);
    expect(isReceipt(read)).toBe(receipt);
  });

  it('keeps reason, code and clock of a rejection', () => {
    expect(
      answerOf({
        event_id: 'x',
        status: 'error',
        error_message: 'behind',
        code: 'clock-behind',
        server_clock: 7,
      }),
    ).toEqual({ answer: 'rejected', reason: 'behind', code: 'clock-behind', serverClock: 7 });
  });

  it('finds a reason under the older spelling, in the code, or names the status', () => {
    expect(answerOf({ event_id: 'x', status: 'error', error_message: null, error: 'old' })).toMatchObject({
      reason: 'old',
    });
    expect(answerOf({ event_id: 'x', status: 'error', code: 'schema' })).toMatchObject({ reason: 'schema' });
    expect(answerOf({ event_id: 'x', status: 'odd' })).toEqual({
      answer: 'rejected',
      reason: 'the hub answered "odd"',
    });
  });

  it('takes a result without an explanation it understands for an answer', () => {
    expect(isEventResult({ event_id: 'x', status: 'success', error_message: null, code: 5 })).toBe(true);
    expect(isEventResult({ event_id: 'x' })).toBe(false);
    expect(isEventResult({ event_id: 5, status: 'success' })).toBe(false);
    expect(isEventResult([])).toBe(false);
  });
});
