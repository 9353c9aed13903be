import { hideSecrets } from '../../../src/domain/events/redact.js';

/** Put together here, so that nobody takes this file for one with secrets. */
const of = (...pieces: readonly string[]): string => pieces.join('');
const hex = (length: number): string => '0123456789abcdef'.repeat(8).slice(0, length);
const letters = (length: number): string => 'aB3dE6gH9jK2mN5pQ8sT1vW4xY7z'.repeat(8).slice(0, length);
const capitals = (length: number): string => 'A2B3C4D5E6F7G2H3'.repeat(8).slice(0, length);

describe('secrets in notes and errors', () => {
  it.each([
    ['GitHub', of('gh', 'p_', letters(36))],
    ['GitHub, of an installation', of('gh', 's_', letters(36))],
    ['GitHub, fine-grained', of('github', '_pat_', letters(22), '_', letters(59))],
    ['GitLab', of('gl', 'pat-', letters(20))],
    ['GitLab runner', of('gl', 'rt-', letters(20))],
    ['Atlassian', of('AT', 'ATT3x', letters(60), '=', capitals(8))],
    ['Bitbucket', of('AT', 'BB', letters(32))],
    ['Slack bot', of('xo', 'xb-', '123456789012-123456789012-', letters(24))],
    ['Slack app', of('xa', 'pp-1-A01-', hex(20))],
    ['Slack, exchanged', of('xo', 'xe.xo', 'xp-1-', letters(40))],
    ['Stripe', of('sk', '_live_', letters(24))],
    ['Stripe, restricted', of('rk', '_test_', letters(24))],
    ['Stripe webhook', of('wh', 'sec_', letters(32))],
    ['AWS', of('AK', 'IA', capitals(16))],
    ['AWS, temporary', of('AS', 'IA', capitals(16))],
    ['Google key', of('AI', 'za', letters(35))],
    ['Google access', of('ya', '29.', letters(60))],
    ['Google client', of('GOC', 'SPX-', letters(28))],
    ['npm', of('np', 'm_', letters(36))],
    ['PyPI', of('py', 'pi-', 'AgEI', letters(60))],
    ['Docker', of('dckr', '_pat_', letters(27))],
    ['Anthropic', of('sk', '-ant-api03-', letters(93), 'AA')],
    ['OpenAI', of('sk', '-proj-', letters(48))],
    ['OpenAI, old', of('sk', '-', letters(48))],
    ['Hugging Face', of('h', 'f_', letters(34))],
    ['Groq', of('gs', 'k_', letters(52))],
    ['Azure application', of('abc', '8Q~', letters(34))],
    ['DigitalOcean', of('dop', '_v1_', hex(64))],
    ['Databricks', of('da', 'pi', hex(32))],
    ['Vault', of('hv', 's.', letters(90))],
    ['Terraform', of(letters(14), '.atlas', 'v1.', letters(60))],
    ['SendGrid', of('S', 'G.', letters(22), '.', letters(43))],
    ['Twilio', of('S', 'K', hex(32))],
    ['Telegram', of('123456789:', 'AA', letters(33))],
    ['Shopify', of('shp', 'at_', hex(32))],
    ['Linear', of('lin', '_api_', letters(40))],
    ['New Relic', of('NR', 'AK-', capitals(27))],
    ['Grafana', of('gl', 'sa_', letters(32), '_', hex(8))],
    ['age', of('AGE-SECRET', '-KEY-1', capitals(58))],
    ['a JSON web token', of('ey', 'J', letters(20), '.ey', 'J', letters(30), '.', letters(43))],
    [
      'a private key',
      of('-----BEGIN OPENSSH PRIV', 'ATE KEY-----\n', letters(64), '\n-----END OPENSSH PRIV', 'ATE KEY-----'),
    ],
  ])('of %s go by their shape, wherever they stand', (_name, secret) => {
    for (const [before, after] of [
      ['', ''],
      ['it failed with ', ' again'],
      ['("', '")'],
      ['x=', ';'],
      ['https://example.org/', '?a=b'],
    ] as const)
      expect(hideSecrets(`${before}${secret}${after}`)).not.toContain(secret.slice(-8));
    expect(hideSecrets(`see ${secret} there`)).toMatch(/^see \[redacted\](?: there)?$/);
  });

  it.each([
    ['mysql --password hunter2 db', 'mysql --password [redacted] db'],
    ['tool --db-password=hunter2', 'tool --db-password=[redacted]'],
    ["tool --token 'a b' x", 'tool --token [redacted] x'],
    ['tool --api-key abc --verbose', 'tool --api-key [redacted] --verbose'],
    ['tool -password hunter2', 'tool -password [redacted]'],
    ['DB_PASS=hunter2 npm test', 'DB_PASS=[redacted] npm test'],
    ['export SMTP_PASS="a b"', 'export SMTP_PASS=[redacted]'],
    ['PASS=x', 'PASS=[redacted]'],
    ['//registry.example/:_auth=abc', '//registry.example/:_auth=[redacted]'],
    ['MYSQL_PWD=x', 'MYSQL_PWD=[redacted]'],
    ['curl -u ada:hunter2 https://x.example', 'curl -u ada:[redacted] https://x.example'],
    ['curl --user "ada:a b" x', 'curl --user "ada:[redacted] b" x'],
    ['curl --proxy-user=ada:pw x', 'curl --proxy-user=ada:[redacted] x'],
    ['Cookie: sid=abc; theme=dark', 'Cookie: [redacted]'],
    ['Set-Cookie: sid=abc; Path=/', 'Set-Cookie: [redacted]'],
    ['"cookie": "sid=abc", "a": 1', '"cookie": "[redacted]", "a": 1'],
    ["curl -b 'sid=abc' x", "curl -b '[redacted]' x"],
    ['machine h login ada password pw', 'machine h login ada password [redacted]'],
    ['sshpass -p pw ssh h', 'sshpass -p [redacted] ssh h'],
    ['AccountKey=abc==;EndpointSuffix=x', 'AccountKey=[redacted]'],
    ['https://x.example/b?sv=1&sig=abcdefghij%3D&se=2', 'https://x.example/b?sv=1&sig=[redacted]&se=2'],
    [
      of('https://hooks.slack', '.com/services/T0/B0/abcdefgh'),
      of('https://hooks.slack', '.com/services/[redacted]'),
    ],
    ['Authorization: ApiKey abcdef', 'Authorization: ApiKey [redacted]'],
    ['authorization=abcdefghijklmnopqrst', 'authorization=[redacted]'],
    ['redis://:hunter2@db:6379', 'redis://[redacted]@db:6379'],
    ['bearer a1b2', 'bearer [redacted]'],
    [of('ey', 'Jabcd.x'), '[redacted]'],
    [of('gh', 'p_abcdef123456'), '[redacted]'],
  ])('that are named go: %j', (text, expected) => {
    expect(hideSecrets(text)).toBe(expected);
    expect(hideSecrets(expected)).toBe(expected);
  });

  it.each([
    'commit 4b825dc642cb6eb9a060e54bf8d69288fbee4904 and 5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9',
    'event 01ARZ3NDEKTSV4RRFFQ69G5FAV of 123e4567-e89b-42d3-a456-426614174000',
    'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
    'docker run -u 1000:1000 image',
    'git push -u origin HEAD:main',
    'use --password-stdin or --token-stdin here',
    'all tests pass=12 fail=0',
    'the cookie: it crumbles',
    'global-configuration-settings and glob-pattern-matching-lib',
    'sk-skeleton-loading-placeholder',
    'ASIAPACIFIC and AKIA are no keys',
    'authorization: required',
    'branch 028-sync-WP01, file src/domain/events/redact.ts:12:5',
    'https://hub.example.org/api?cursor=123&limit=10',
    'feature 034-feature-status-state-model-remediation is done',
    'node v20.19.0, npm_config_registry and npm_lifecycle_event',
    'the tests pass: 12, skip: 0',
    'eyJ is how they begin',
  ])('are none of %j', (text) => {
    expect(hideSecrets(text)).toBe(text);
  });

  it('are looked for in a time in proportion to the length', () => {
    for (const unit of [
      'sk-',
      '-u a',
      '--pass',
      'a_',
      'cookie=',
      '_auth',
      'login a ',
      'A',
      '1//0',
      'eyJa.',
      'x-',
      '&sig=',
      'MNO',
      '0:AA',
    ])
      expect(hideSecrets(unit.repeat(200_000 / unit.length)).length).toBeGreaterThan(0);
  });
});
