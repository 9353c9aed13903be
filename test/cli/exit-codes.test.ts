import { exitCodeOf, outcomeOfError } from '../../src/app/cli/exit-codes.js';
import { SyncError } from '../../src/domain/errors.js';

describe('exit codes', () => {
  it.each([
    ['done', 0],
    ['failed', 1],
    ['wrong-usage', 2],
    ['partly-delivered', 3],
    ['not-signed-in', 4],
    ['interrupted', 130],
  ] as const)('%s is %d', (outcome, code) => {
    expect(exitCodeOf(outcome)).toBe(code);
  });

  it.each([
    [new SyncError('wrong-usage', ''), 'wrong-usage'],
    [new SyncError('session-expired', ''), 'not-signed-in'],
    [new SyncError('interrupted', ''), 'interrupted'],
    [new SyncError('storage-failed', ''), 'failed'],
    [new Error(''), 'failed'],
    [undefined, 'failed'],
  ])('follow from the kind of an error: %s', (error, outcome) => {
    expect(outcomeOfError(error)).toBe(outcome);
  });
});
