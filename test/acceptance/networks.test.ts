import { join } from 'node:path';
import { AWAKE, eventually, noted, withBackground } from '../support/background.js';
import { startForwardProxy, type ForwardProxy } from '../support/forward-proxy.js';
import { startHubProcess, type HubProcess } from '../support/hub-process.js';
import { smallFeature } from '../support/planning-documents.js';
import { addNote, ask, makeProject, PASSWORD, signIn, succeed } from '../support/project.js';
import type { CliOptions } from '../support/run-cli.js';
import { inSandbox, type Sandbox } from '../support/sandbox.js';

const corp = (name: string): string => join(import.meta.dirname, '..', 'fixtures', 'tls', 'corp', name);
const AUTHORITY = corp('authority.pem');

/** The hub of a company: its name exists behind the proxy alone, its certificate is from the company's authority. */
let hub: HubProcess;
let proxy: ForwardProxy;
let address: string;

beforeAll(async () => {
  hub = await startHubProcess(['--tls-cert', corp('cert.pem'), '--tls-key', corp('key.pem')]);
  address = `https://hub.corp.example:${new URL(hub.url).port}`;
});
afterAll(() => hub.stop());
beforeEach(async () => {
  proxy = await startForwardProxy(hub.url);
});
afterEach(() => proxy.close());

const inCompany = (variables: Readonly<Record<string, string | undefined>> = {}): CliOptions => ({
  env: { HTTPS_PROXY: proxy.url, SPEC_KITTY_CA_FILE: AUTHORITY, ...variables },
});

const tryToSignIn = (sandbox: Sandbox, options: CliOptions, server = address) =>
  ask(sandbox, ['auth', 'login', '--server', server, '--username', 'ada', '--password-stdin', '--yes'], {
    ...options,
    input: `${PASSWORD}\n`,
  });

describe('a hub that only a proxy leads to', () => {
  it('is signed in at, delivered to and asked through the proxy', () =>
    inSandbox(async (sandbox) => {
      await makeProject(sandbox, smallFeature({ WP01: {} }));
      await signIn(sandbox, address, {}, inCompany());
      await addNote(sandbox, 'a note', inCompany());
      expect(await succeed(sandbox, ['sync', 'now'], inCompany())).toMatchObject({ delivered: 1 });
      expect((await ask(sandbox, ['sync', 'verify'], inCompany())).code).toBe(0);
      expect(new Set(proxy.asked)).toEqual(new Set([new URL(address).host]));
    }));

  it('is delivered to live, by the background process', () =>
    withBackground(async (sandbox) => {
      const project = await makeProject(sandbox, smallFeature({ WP01: {} }));
      const options = inCompany(AWAKE.env);
      await signIn(sandbox, address, {}, inCompany());
      await addNote(sandbox, 'live', options);
      await noted(sandbox, ({ connection }) => connection === 'Connected');
      const status = await succeed(sandbox, ['sync', 'status'], inCompany());
      await eventually(
        async () => (await succeed(sandbox, ['sync', 'status'], inCompany())).projects[0].waiting === 0,
        () => JSON.stringify(status),
      );
      expect(status.projects[0].project_uuid).toBe(project);
    }, 30));

  it('is reached with a proxy that is written without a scheme, in lower case, or as ALL_PROXY', () =>
    inSandbox(async (sandbox) => {
      const { host } = new URL(proxy.url);
      for (const variables of [
        { HTTPS_PROXY: host },
        { HTTPS_PROXY: undefined, https_proxy: proxy.url },
        { HTTPS_PROXY: undefined, ALL_PROXY: host },
      ]) {
        expect((await tryToSignIn(sandbox, inCompany(variables))).code).toBe(0);
      }
    }));

  it('is asked with the user name and the password of the variable, and a missing one is said', async () => {
    const strict = await startForwardProxy(hub.url, 'me:my word');
    try {
      await inSandbox(async (sandbox) => {
        const { host } = new URL(strict.url);
        const refused = await tryToSignIn(sandbox, inCompany({ HTTPS_PROXY: strict.url }));
        expect(refused.code).toBe(1);
        expect(refused.document['error'].message).toContain(`the proxy ${host} asks for a user name`);
        const known = await tryToSignIn(sandbox, inCompany({ HTTPS_PROXY: `http://me:my%20word@${host}` }));
        expect(known.code).toBe(0);
      });
    } finally {
      await strict.close();
    }
  });

  it.each([
    ['a proxy that is not there', { HTTPS_PROXY: 'http://127.0.0.1:1' }, /through the proxy 127\.0\.0\.1:1/],
    [
      'a proxy that is no address',
      { HTTPS_PROXY: 'socks5://127.0.0.1:1' },
      /HTTPS_PROXY is no address of an HTTP proxy/,
    ],
    ['a hub that needs none', { NO_PROXY: '.corp.example' }, /host name/],
  ])('is not reached by %s, and the reason says so', (_, variables, reason) =>
    inSandbox(async (sandbox) => {
      const { code, document } = await tryToSignIn(sandbox, inCompany(variables));
      expect(code).toBe(1);
      expect(document['error'].message).toMatch(reason);
      expect(proxy.asked).toEqual([]);
    }),
  );
});

describe('the certificate of a hub', () => {
  it.each([
    ['of an authority that nobody named', undefined, /SPEC_KITTY_CA_FILE/],
    [
      'with a file of authorities that is not there',
      '/none/ca.pem',
      /SPEC_KITTY_CA_FILE names \/none\/ca\.pem: the file cannot be read/,
    ],
    ['with a file that holds none', corp('key.pem'), /holds no certificate/],
  ])('is refused %s, with what to set', (_, file, reason) =>
    inSandbox(async (sandbox) => {
      const { code, document } = await tryToSignIn(sandbox, inCompany({ SPEC_KITTY_CA_FILE: file }));
      expect(code).toBe(1);
      expect(document['error'].message).toMatch(reason);
    }),
  );

  it('is refused for another host name, with what to do', () =>
    inSandbox(async (sandbox) => {
      const { document } = await tryToSignIn(sandbox, inCompany(), address.replace('hub.', 'other.'));
      expect(document['error'].message).toContain('another host name');
    }));
});

describe('a hub on this machine', () => {
  it('is never looked for behind a proxy', async () => {
    const local = await startHubProcess();
    try {
      await inSandbox(async (sandbox) => {
        const options = { env: { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url, http_proxy: proxy.url } };
        await signIn(sandbox, local.url, {}, options);
        expect(proxy.asked).toEqual([]);
      });
    } finally {
      await local.stop();
    }
  });

  it('does not start with a certificate and a key that do not fit, and says so', () =>
    inSandbox(async (sandbox) => {
      const key = join(import.meta.dirname, '..', 'fixtures', 'tls', 'key.pem');
      const { code, document } = await ask(sandbox, [
        ...['hub', 'serve', '--port', '0', '--data', join(sandbox.directory, 'hub')],
        ...['--tls-cert', corp('cert.pem'), '--tls-key', key],
      ]);
      expect(code).toBe(2);
      expect(document['error']).toMatchObject({
        code: 'wrong-usage',
        message: expect.stringContaining('do not belong together'),
      });
    }));
});
