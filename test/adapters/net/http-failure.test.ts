import { httpFailure } from '../../../src/adapters/net/http-failure.js';

const failure = (fields: object): ReturnType<typeof httpFailure> =>
  httpFailure(Object.assign(new Error('secret address'), fields));

describe('how a request came to no answer', () => {
  it.each<[object, string, string]>([
    [{ code: 'ETIMEDOUT', event: 'connect' }, 'no-answer', 'no connection in time'],
    [{ code: 'ETIMEDOUT', event: 'lookup' }, 'no-answer', 'the host name was not resolved in time'],
    [{ code: 'ETIMEDOUT' }, 'no-answer', 'timed out'],
    [{ code: 'ENOTFOUND' }, 'no-answer', 'host name unknown'],
    [{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'no-answer', 'network failure (DEPTH_ZERO_SELF_SIGNED_CERT)'],
    [{ code: 'Z_BUF_ERROR' }, 'no-answer', 'connection reset'],
    [{ code: 'Z_DATA_ERROR' }, 'garbled', 'the answer cannot be read (Z_DATA_ERROR)'],
    [{ code: 'HPE_HEADER_OVERFLOW' }, 'garbled', 'the answer cannot be read (HPE_HEADER_OVERFLOW)'],
    [
      { code: 'ERR__ERROR_FORMAT_PADDING_1' },
      'garbled',
      'the answer cannot be read (ERR__ERROR_FORMAT_PADDING_1)',
    ],
    [{}, 'no-answer', 'network failure'],
  ])('reads %j as %s: %s', (fields, kind, reason) => {
    expect(failure(fields)).toEqual({ kind, reason });
  });
});
