import { snakeKeys } from '../../src/app/cli/render/snake-keys.js';

describe('the keys of a document', () => {
  it('are in snake case at every depth, and the values are as they were', () => {
    expect(
      snakeKeys({
        atMs: 1,
        lastFlush: { atMs: 2, reason: 'aB' },
        list: [{ eventId: 'X' }, 'cD', null],
        gone: undefined,
      }),
    ).toEqual({ at_ms: 1, last_flush: { at_ms: 2, reason: 'aB' }, list: [{ event_id: 'X' }, 'cD', null] });
  });
});
