import fc from 'fast-check';
import { redact, redactTrace } from '../../../src/domain/events/redact.js';

const scope = { homeDirectory: '/home/alice', projectRoot: '/home/alice/work/demo' };
const windows = { homeDirectory: 'C:\\Users\\alice', projectRoot: 'C:\\Users\\alice\\demo' };
const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl-_';
const pem = '-----BEGIN RSA PRIVATE KEY-----\nMIIB\nAAA=\n-----END RSA PRIVATE KEY-----';

describe('redaction of free text', () => {
  it.each([
    ['Authorization: Bearer abc.def-123', 'Authorization: Bearer [redacted]'],
    ['Authorization: Basic dXNlcjpwYXNz', 'Authorization: Basic [redacted]'],
    [`got ${jwt}, sorry`, 'got [redacted], sorry'],
    ['password=hunter2 ok', 'password=[redacted] ok'],
    ['"password": "with \' space", "b": 1', '"password": [redacted], "b": 1'],
    ["DB_PASSWORD: 'x y'", 'DB_PASSWORD: [redacted]'],
    ['client_secret => abc', 'client_secret => [redacted]'],
    ['AWS_SECRET_ACCESS_KEY=abc/def+ghi', 'AWS_SECRET_ACCESS_KEY=[redacted]'],
    ['https://x.example/?api_key=abc&b=1', 'https://x.example/?api_key=[redacted]&b=1'],
    ['https://x.example/?key=abc#top', 'https://x.example/?key=[redacted]'],
    ['access_token=abc', 'access_token=[redacted]'],
    ['token: abcdefghij', 'token: [redacted]'],
    ['https://alice:pw@host.example/x', 'https://[redacted]@host.example/x'],
    ['https://ghp_token@host.example/x', 'https://[redacted]@host.example/x'],
    ['postgres://u:p%40ss@db:5432/x', 'postgres://[redacted]@db:5432/x'],
    [`ghp_${'a'.repeat(36)}`, '[redacted]'],
    [`see github_pat_${'A1_'.repeat(10)}.`, 'see [redacted].'],
    [`sk-proj-${'a1'.repeat(12)}`, '[redacted]'],
    ['xoxb-1234567890-abc', '[redacted]'],
    ['AKIAIOSFODNN7EXAMPLE', '[redacted]'],
    [`before ${pem} after`, 'before [redacted] after'],
    ['-----BEGIN PRIVATE KEY-----\nMIIB', '[redacted]'],
    ['in /home/alice/x and /home/bob.', 'in ~/x and ~'],
    ['file:///home/alice/x', 'file://~/x'],
    ['/Users/carol/Library', '~/Library'],
    ['C:\\Users\\dave\\x', '~\\x'],
    ['C:\\\\Users\\\\dave\\\\x', '~\\\\x'],
  ])('%j reads %j', (text, expected) => {
    expect(redact(text, scope)).toBe(expected);
  });

  it.each([
    'ssh://git@host.example/acme/demo.git',
    'git@host.example:acme/demo.git',
    'the token was lost, the password too',
    'monkey=banana',
    'Unexpected token: }',
    'sk-short and task-based and xox',
    'https://host.example/home/alice',
    '/home/ is where the heart is',
    '/var/home/alice2',
    'WP01 → doing: 3 keys, 4 tokens',
    'https://host.example/@scope/name',
  ])('%j stays as it is', (text) => {
    expect(redact(text, scope)).toBe(text);
  });

  it('knows the home of Windows in either case and with either slash', () => {
    expect(redact('c:/users/ALICE/x', windows)).toBe('~/x');
  });

  it('leaves a longer name alone that only begins like the home', () => {
    expect(redact('/srv/al/x /srv/alice/y', { homeDirectory: '/srv/al' })).toBe('~/x /srv/alice/y');
  });

  it('does not take the root of the file system for a home', () => {
    expect(redact('/etc/passwd', { homeDirectory: '/' })).toBe('/etc/passwd');
  });

  it('changes nothing the second time', () => {
    const piece = fc.constantFrom(
      'password=',
      'token: ',
      '"',
      "'",
      'Bearer ',
      'key=',
      '[redacted]',
      '://',
      'a:b@',
      '@',
      '/home/',
      'alice',
      '/',
      '\\',
      jwt,
      pem,
      '-----BEGIN X-----',
      'ghp_abcdefghijklmnop',
      ' ',
      '\n',
      '=',
      ':',
      ',',
      '~',
      '..',
      'C:\\Users\\',
      'authorization: basic ',
      'secret',
      'x',
      '(',
      ')',
      ':1:2',
      'file://',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 14 }), (pieces) => {
        const once = redact(pieces.join(''), scope);
        expect(redact(once, scope)).toBe(once);
        const trace = redactTrace(pieces.join(''), scope);
        expect(redactTrace(trace, scope)).toBe(trace);
      }),
      { numRuns: 2000 },
    );
  });

  it('lets none of many secrets through, wherever they stand', () => {
    const secrets = [jwt, `ghp_${'a'.repeat(36)}`, 'AKIAIOSFODNN7EXAMPLE', 'xoxb-1234567890-abc'];
    fc.assert(
      fc.property(fc.constantFrom(...secrets), fc.string(), fc.string(), (secret, before, after) => {
        expect(redact(`${before} ${secret} ${after}`, scope)).not.toContain(secret);
      }),
    );
  });

  it('takes time in proportion to the length, also for text that is made to slow it down', () => {
    for (const unit of [
      'a.',
      'eyJa-',
      '://',
      'password',
      'key= ',
      '-----BEGIN A-----',
      '/home/',
      '"',
      'bearer ',
      '..',
      '(/',
      '\\\\',
    ]) {
      expect(redactTrace(unit.repeat(100_000 / unit.length), scope).length).toBeGreaterThan(0);
    }
  });
});

describe('redaction of a stack trace', () => {
  it('keeps paths of the project, relative to its root, and no others', () => {
    const trace = [
      'Error: ENOENT: /etc/secret.conf, password=x',
      '    at read (/home/alice/work/demo/src/a b.ts:10:5)',
      '    at file:///home/alice/work/demo/src/main.ts:1:2',
      '    at run (file:///opt/tool/lib/x.js:7:8)',
      '    at Object.<anonymous> (/usr/lib/My Tools/y.js:3:4)',
      '    at ~/.nvm/z.js:1:1',
      '    at ../other/q.js:2:2',
      '    at node:internal/main:5:6',
      '  File "/usr/lib/python3/json.py", line 3, in loads',
      '    at async https://host.example/app/w.js:1:2',
    ].join('\n');
    expect(redactTrace(trace, scope)).toBe(
      [
        'Error: ENOENT: [path], password=[redacted]',
        '    at read (src/a b.ts:10:5)',
        '    at src/main.ts:1:2',
        '    at run ([path]:7:8)',
        '    at Object.<anonymous> ([path]:3:4)',
        '    at [path]:1:1',
        '    at [path]:2:2',
        '    at node:internal/main:5:6',
        '  File "[path]", line 3, in loads',
        '    at async https://host.example/app/w.js:1:2',
      ].join('\n'),
    );
  });

  it('understands Windows paths', () => {
    expect(
      redactTrace(
        'at f (C:\\Users\\alice\\demo\\a.js:1:2)\nat g (D:\\x\\y.js:3:4)\nat h (\\\\srv\\share\\z.js:5:6)',
        windows,
      ),
    ).toBe('at f (a.js:1:2)\nat g ([path]:3:4)\nat h ([path]:5:6)');
  });

  it('keeps no path at all without a project', () => {
    expect(redactTrace('at f (/work/demo/a.js:1:2)', { homeDirectory: '/home/alice' })).toBe(
      'at f ([path]:1:2)',
    );
  });

  it('shows the project root itself as a dot', () => {
    expect(redactTrace('cwd /home/alice/work/demo', scope)).toBe('cwd .');
  });
});
