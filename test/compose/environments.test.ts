import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { createClientContainer } from '../../src/app/compose/container.js';
import type { ClientContainer } from '../../src/app/compose/parts.js';
import { bufferSink } from '../support/buffer-sink.mjs';
import { scratchGit, type ScratchGit } from '../support/scratch-git.js';

/** Writes down what it finds in its environment, says that it is ready, and stays for as long as its input does. */
const TELL = `
  const name = process.argv.includes('--guard') ? 'guard' : process.argv.includes('--background') ? 'background' : 'agent';
  const file = process.env.SPEC_KITTY_TEST_FOLDER + '/' + name;
  require('node:fs').writeFileSync(file + '.new', JSON.stringify(process.env));
  require('node:fs').renameSync(file + '.new', file);
  console.log('ready');
  process.stdin.resume();
`;

const SECRETS = ['SPEC_KITTY_TOKEN', 'AWS_SECRET_ACCESS_KEY', 'GITHUB_TOKEN', 'ANY_THING'];

let scratch: ScratchGit;
let client: ClientContainer;
let folder: string;

beforeEach(() => {
  scratch = scratchGit();
  folder = join(scratch.place, 'told');
  mkdirSync(folder);
  mkdirSync(scratch.stateRoot, { mode: 0o700 });
  const env = {
    ...scratch.environment,
    ...Object.fromEntries(SECRETS.map((name) => [name, 'x'])),
    SPEC_KITTY_HOME: scratch.stateRoot,
    SPEC_KITTY_TEST_FOLDER: folder,
  };
  const program = { command: process.execPath, args: ['-e', TELL, '--'] };
  client = createClientContainer({
    ...{
      env,
      version: '1.2.3',
      stderr: bufferSink(),
      program,
      processId: process.pid,
      backgroundSync: 'own-process',
    },
  });
});
afterEach(async () => {
  await client.close();
  scratch.remove();
});

/** Those of the secrets that somebody found. */
const told = async (name: string): Promise<readonly string[]> => {
  const file = join(folder, name);
  while (!existsSync(file)) await turn();
  const text = readFileSync(file, 'utf8');
  const names = text.startsWith('{')
    ? Object.keys(JSON.parse(text) as object)
    : text.split('\n').map((line) => line.split('=', 1)[0] ?? '');
  return SECRETS.filter((secret) => names.includes(secret));
};

const OTHERS = SECRETS.filter((name) => name !== 'SPEC_KITTY_TOKEN');

describe('what programs that we start find in their environment', () => {
  it('is everything but our token for an agent and for the process that guards it', async () => {
    const runner = await client.get('agentRunner');
    const exit = await runner.run({
      agent: 'any',
      argv: [process.execPath, '-e', TELL],
      directory: scratch.root,
      environment: {},
      timeoutMs: 30_000,
      log: join(folder, 'log'),
    });
    expect(exit).toMatchObject({ how: 'exited', code: 0 });
    expect([await told('agent'), await told('guard')]).toEqual([OTHERS, OTHERS]);
  });

  it('is everything but our token for git and the hooks of a repository', async () => {
    scratch.hook('pre-commit', `env > '${join(folder, 'hook')}'`);
    scratch.write('file', 'text');
    const repository = await client.get('repository');
    const checkout = await repository.locate(scratch.root);
    if (checkout === undefined) throw new Error('no checkout');
    await repository.exclusive(checkout, (held) => repository.commit(held, ['file'], 'chore: any'));
    expect(await told('hook')).toEqual(OTHERS);
  });

  it('is our token and nothing else of it for the background process', async () => {
    (await client.get('backgroundStarter')).start();
    expect(await told('background')).toEqual(['SPEC_KITTY_TOKEN']);
  });
});
