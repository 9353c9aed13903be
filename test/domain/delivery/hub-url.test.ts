import fc from 'fast-check';
import {
  endpointUrl,
  isSecureHubUrl,
  liveUrl,
  normalizeHubUrl,
} from '../../../src/domain/delivery/hub-url.js';

describe('hub url', () => {
  it.each([
    ['https://Hub.Example.org/', 'https://hub.example.org'],
    ['  HTTPS://hub.example.org:443  ', 'https://hub.example.org'],
    ['http://localhost:80', 'http://localhost'],
    ['http://127.0.0.1:08787//', 'http://127.0.0.1:8787'],
    ['https://hub.example.org/sync/Team-a/', 'https://hub.example.org/sync/Team-a'],
    ['http://[::1]:8787', 'http://[::1]:8787'],
  ])('writes %s as %s', (text, expected) => {
    expect(normalizeHubUrl(text)).toEqual({ ok: true, value: expected });
  });

  it.each([
    '',
    'hub.example.org',
    'ftp://hub.example.org',
    'https://user@hub.example.org',
    'https://hub.example.org?x=1',
    'https://hub.example.org#x',
    'https:\\\\hub.example.org',
    'https://hub.example.org\\@evil.example',
    'https://hub.example.org:0',
    'https://hub.example.org:99999',
    'https://hub.example.org/a/../b',
    'https://hub .example.org',
  ])('refuses %j', (text) => {
    expect(normalizeHubUrl(text).ok).toBe(false);
  });

  it('never repeats a password from a mistyped address', () => {
    const result = normalizeHubUrl('https://ada:hunter2@hub.example.org');
    expect(result.ok ? '' : result.error).toContain('//…@hub.example.org');
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });

  it('is stable when repeated, and agrees with the platform on the host', () => {
    fc.assert(
      fc.property(fc.webUrl({ validSchemes: ['http', 'https'], withFragments: false }), (text) => {
        const once = normalizeHubUrl(text);
        if (!once.ok) return;
        expect(normalizeHubUrl(once.value)).toEqual(once);
        expect(new URL(once.value).host).toBe(new URL(text).host);
      }),
    );
  });

  it.each([
    ['https://hub.example.org', true],
    ['http://127.8.9.10:80', true],
    ['http://localhost:1', true],
    ['http://[::1]', true],
    ['http://hub.example.org', false],
    ['http://127.0.0.1.example.org', false],
    ['http://127.0.0.256', false],
    ['http://localhost.example.org', false],
    ['http://192.168.0.1', false],
    ['nonsense', false],
  ])('says that %s is secure: %s', (url, secure) => {
    expect(isSecureHubUrl(url)).toBe(secure);
  });

  it('derives endpoints and the live address, with or without a trailing slash', () => {
    expect(endpointUrl('https://h/x/', '/api/v1/token/')).toBe('https://h/x/api/v1/token/');
    expect(liveUrl('https://h/x')).toBe('wss://h/x/ws/v1/events/');
    expect(liveUrl('http://localhost:8/')).toBe('ws://localhost:8/ws/v1/events/');
  });
});
