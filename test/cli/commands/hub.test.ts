import { join } from 'node:path';
import { bufferSink } from '../../../src/app/cli/io.js';
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
