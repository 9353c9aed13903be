import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { hubDirectory } from '../../../src/app/compose/hub-place.js';
import { bufferSink } from '../../support/buffer-sink.mjs';
import { CommandLine } from '../../support/command-line.js';

let cli: CommandLine;

beforeEach(() => {
  cli = new CommandLine();
});

afterEach(() => cli.remove());

const ADD_ADA = ['hub', 'user', 'add', 'ada', '--team', 'acme', '--json'];

describe('hub team add and hub user add', () => {
  it('tell what was there before', async () => {
    expect((await cli.run('hub team add acme --json')).document).toMatchObject({
      team: 'acme',
      outcome: 'added',
    });
    expect((await cli.run('hub team add acme')).out).toBe('acme was a team before.\n');
    const added = await cli.run([...ADD_ADA, '--password-stdin'], { stdin: 'correct horse\n' });
    expect(added.document).toMatchObject({ user: 'ada', team: 'acme', outcome: 'added' });
  });

  it('ask a person for the password without showing it', async () => {
    await cli.run('hub team add acme');
    const { outcome, err, out } = await cli.run(ADD_ADA, { stdin: 'correct horse\n', isTTY: true });
    expect(outcome).toBe('done');
    expect(err).toContain('Password of ada: ');
    expect(out + err).not.toContain('correct horse');
  });

  it('where nobody can be asked, name the way out', async () => {
    await cli.run('hub team add acme');
    const { outcome, document } = await cli.run(ADD_ADA);
    expect(outcome).toBe('wrong-usage');
    expect(document.error.hint).toContain('--password-stdin');
  });
});

describe('administering a hub', () => {
  it('says what cannot be, and what to do instead', async () => {
    await cli.run('hub team add acme');
    await cli.run([...ADD_ADA, '--password-stdin'], { stdin: 'correct horse\n' });
    const again = await cli.run([...ADD_ADA, '--password-stdin'], { stdin: 'another horse\n' });
    expect(again.outcome).toBe('wrong-usage');
    expect(again.document.error.hint).toContain('hub user password ada');
    for (const line of [
      'token create --user ada --expires never',
      'token revoke',
      'session end x --user ada',
    ]) {
      expect((await cli.run(`hub ${line}`)).outcome).toBe('wrong-usage');
    }
  });

  it('shows a token once, and takes it back by the id that the list shows', async () => {
    await cli.run('hub team add acme');
    await cli.run([...ADD_ADA, '--password-stdin'], { stdin: 'correct horse\n' });
    const { out, err } = await cli.run('hub token create --user ada --name ci');
    expect(out).toMatch(/^[\w-]{40,}\n$/);
    expect(err).toContain('shown this once');
    const list = await cli.run('hub token list');
    expect(list.out).not.toContain(out.trim());
    const id = /^([0-9a-f]{12}) +ada +acme +ci /m.exec(list.out)?.[1] ?? '';
    expect((await cli.run(`hub token revoke ${id}`)).out).toBe(`Ended ${id} of ada.\n`);
    expect((await cli.run('hub token list --json')).document.tokens).toEqual([]);
  });
});

describe('the database of a hub', () => {
  const listTeams = async (address: string, ...options: readonly string[]) => {
    const file = join(cli.git.place, 'url');
    writeFileSync(file, address);
    const { document } = await cli.run([
      ...['hub', 'team', 'list', '--json', '--database-url-file', file],
      ...options,
    ]);
    expect(JSON.stringify(document)).not.toContain('secret');
    return document.error.code as string;
  };

  it('is named by an address of PostgreSQL in a file, which no message shows', async () => {
    for (const address of [
      '',
      'mysql://ada:secret@host/hub',
      'postgres://secret and more',
      'postgres:secret',
    ])
      expect(await listTeams(address)).toBe('wrong-usage');
    expect(await listTeams('postgres://ada:secret@127.0.0.1:1/hub\n')).toBe('storage-failed');
  });

  it('is instead of a directory', async () => {
    expect(await listTeams('postgres://host/hub', '--data', 'here')).toBe('wrong-usage');
  });
});

describe('the place of a hub', () => {
  const place = (env: Record<string, string>, platform: NodeJS.Platform = 'linux', named?: string) =>
    hubDirectory(
      { env: { HOME: '/h', SPEC_KITTY_HOME: join(cli.git.place, 'state'), ...env }, cwd: '/c' },
      named,
      platform,
    );

  it('is its own, where programs of the system keep data', () => {
    expect(place({})).toBe(join('/h', '.local', 'share', 'spec-kitty-hub'));
    expect(place({ XDG_DATA_HOME: '/x' })).toBe(join('/x', 'spec-kitty-hub'));
    expect(place({ XDG_DATA_HOME: 'relative' })).toBe(join('/h', '.local', 'share', 'spec-kitty-hub'));
    expect(place({}, 'darwin')).toBe(join('/h', 'Library', 'Application Support', 'spec-kitty-hub'));
    expect(place({ LOCALAPPDATA: '/l' }, 'win32')).toBe(join('/l', 'spec-kitty-hub'));
    expect(place({}, 'linux', 'here')).toBe(resolve('/c', 'here'));
  });

  it('survives the state root', async () => {
    await cli.run('hub team add acme');
    rmSync(cli.git.stateRoot, { recursive: true, force: true });
    expect((await cli.run('hub team add acme')).out).toBe('acme was a team before.\n');
  });

  it('of an earlier build is still used, until there is another one', async () => {
    await cli.run(['hub', 'team', 'add', 'acme', '--data', join(cli.git.stateRoot, 'hub')]);
    expect((await cli.run('hub team add acme')).out).toBe('acme was a team before.\n');
    const own = join(cli.git.place, 'home/.local/share/spec-kitty-hub');
    await cli.run(['hub', 'team', 'add', 'other', '--data', own]);
    expect((await cli.run('hub team add acme')).out).toBe('acme is a team now.\n');
  });
});

describe('hub serve', () => {
  it('serves until it is interrupted, and says where', async () => {
    const interruption = new AbortController();
    const stdout = bufferSink();
    const write = stdout.write.bind(stdout);
    const noted: string[] = [];
    stdout.write = (text) => {
      write(text);
      noted.push(text);
      interruption.abort();
    };
    const { outcome } = await cli.run(['hub', 'serve', '--port', '0', '--data', 'hub-data'], {
      signal: interruption.signal,
      stdout,
    });
    expect(outcome).toBe('done');
    expect(noted[0]).toMatch(/^The hub is at http:\/\/127\.0\.0\.1:\d+\n$/);
  });

  it.each([
    ['--port=65536', '--port'],
    ['--port=-1', '--port'],
    ['--tls-cert=cert.pem', '--tls-key'],
    ['--tls-key=key.pem', '--tls-cert'],
  ])('%s is wrong usage', async (option, named) => {
    const { outcome, err } = await cli.run(['hub', 'serve', option]);
    expect(outcome).toBe('wrong-usage');
    expect(err).toContain(named);
  });

  it('a certificate that cannot be read is named', async () => {
    const cert = join(cli.git.place, 'none.pem');
    const { outcome, err } = await cli.run(['hub', 'serve', '--tls-cert', cert, '--tls-key', cert]);
    expect(outcome).toBe('wrong-usage');
    expect(err).toContain('none.pem');
  });
});

describe('hub webhook', () => {
  it('shows its secret once, lists what each has received, and is taken away by its id', async () => {
    await cli.run('hub team add acme');
    const added = await cli.run('hub webhook add https://chat.example.com/hook --team acme --json');
    const { id, secret } = added.document as { id: string; secret: string };
    expect(secret).toMatch(/^whsec_/);
    const listed = await cli.run('hub webhook list --json');
    expect(listed.document.webhooks).toEqual([
      { id, team: 'acme', url: 'https://chat.example.com/hook', through: 0 },
    ]);
    expect((await cli.run('hub webhook list')).out + listed.out).not.toContain(secret);
    expect((await cli.run(`hub webhook remove ${id}`)).outcome).toBe('done');
    expect((await cli.run(`hub webhook remove ${id}`)).outcome).toBe('wrong-usage');
    const plain = await cli.run('hub webhook add http://chat.example.com/hook --team acme --json');
    expect(plain.document.error.message).toContain('https');
  });
});
