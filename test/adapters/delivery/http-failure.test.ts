import { httpFailure } from '../../../src/adapters/delivery/bounded-http.js';

const failure = (fields: object): ReturnType<typeof httpFailure> =>
  httpFailure(Object.assign(new Error('secret address'), fields));

describe('how a request came to no answer', () => {
  it.each<[object, string, string]>([
    [{ code: 'ETIMEDOUT', event: 'connect' }, 'no-answer', 'no connection in time'],
    [{ code: 'ETIMEDOUT', event: 'lookup' }, 'no-answer', 'the host name was not resolved in time'],
    [{ code: 'ETIMEDOUT' }, 'no-answer', 'timed out'],
    [{ code: 'ENOTFOUND' }, 'no-answer', 'host name unknown'],
    [{ code: 'ESOMETHING' }, 'no-answer', 'network failure (ESOMETHING)'],
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

  it.each([
    ['SELF_SIGNED_CERT_IN_CHAIN', /not trusted here; set SPEC_KITTY_CA_FILE/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /not trusted here; set SPEC_KITTY_CA_FILE/],
    ['CERT_HAS_EXPIRED', /has expired/],
    ['CERT_NOT_YET_VALID', /clock of this machine/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /another host name/],
    ['EPROTO', /does not speak TLS/],
  ])('says of the certificate or the port what %s means', (code, reason) => {
    expect(failure({ code })).toEqual({ kind: 'no-answer', reason: expect.stringMatching(reason) });
  });

  it('names the proxy that a connection failed on the way through', () => {
    const error = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
    expect(httpFailure(error, 'proxy.example.org:3128')).toEqual({
      kind: 'no-answer',
      reason: 'connection refused, on the way through the proxy proxy.example.org:3128',
    });
  });

  it('says that a proxy refused, and asks for its password where that is why', () => {
    expect(httpFailure(new Error('Bad response: 403'), 'p:1')).toMatchObject({
      reason: 'the proxy p:1 does not let this request through (403)',
    });
    expect(httpFailure(new Error('Bad response: 407'), 'p:1')).toMatchObject({
      reason: expect.stringContaining('asks for a user name'),
    });
  });
});
