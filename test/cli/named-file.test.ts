import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { readNamed } from '../../src/app/cli/commands/shared/named-file.js';
import { createSandbox } from '../support/sandbox.js';
import { scratchDirectory } from '../support/scratch-directory.js';
import { startCli } from '../support/run-cli.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch.path, name);
const read = (name: string, signal = new AbortController().signal) =>
  readNamed({ path: at(name), called: 'The file', hint: 'Name another one.' }, signal);

/** A pipe that somebody has open to write. */
const pipe = (name: string): number => {
  execFileSync('mkfifo', [at(name)]);
  return openSync(at(name), constants.O_RDWR | constants.O_NONBLOCK);
};

describe('a file that was named on the command line', () => {
  it('is read as it is, also from a pipe', async () => {
    writeFileSync(at('file'), 'text\n');
    expect(await read('file')).toBe('text\n');
    const writer = pipe('pipe');
    writeSync(writer, 'piped\n');
    const reading = read('pipe');
    closeSync(writer);
    expect(await reading).toBe('piped\n');
  });

  it('is no folder, no device, and no endless text', async () => {
    symlinkSync('/dev/zero', at('zero'));
    writeFileSync(at('large'), Buffer.alloc(1_048_577));
    for (const name of ['.', 'zero', 'large', 'nowhere'])
      await expect(read(name)).rejects.toMatchObject({ kind: 'input-invalid', hint: 'Name another one.' });
  });

  it('is waited for no longer than somebody wants', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const unwanted = new AbortController();
    const reading = read('pipe', unwanted.signal);
    unwanted.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });

  it('keeps no command from ending at a signal', async () => {
    const sandbox = await createSandbox();
    const writer = pipe('pipe');
    const importing = startCli(sandbox, ['events', 'import', at('pipe')]);
    writeSync(writer, '{"no": "event"}\n');
    await new Promise((resolve) => setImmediate(resolve));
    const { code, signal } = await importing.kill('SIGINT');
    closeSync(writer);
    await sandbox.dispose();
    // Before the program listens for signals, the signal itself ends it.
    expect(signal ?? code).toEqual(signal === undefined ? 130 : 'SIGINT');
  });
});
