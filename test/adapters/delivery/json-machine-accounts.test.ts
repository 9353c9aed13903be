import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JsonMachineAccounts } from '../../../src/adapters/delivery/json-hub-notes.js';
import { StateRoot } from '../../../src/adapters/fs/state-root.js';
import { machineAccountsContract } from '../../contracts/machine-accounts.contract.js';
import { scratchDirectory } from '../../support/scratch-directory.js';

machineAccountsContract({
  name: 'JsonMachineAccounts',
  durable: true,
  setup: async () => {
    const path = mkdtempSync(join(tmpdir(), 'machines-'));
    const root = new StateRoot(join(path, 'state'));
    return {
      subject: new JsonMachineAccounts(root),
      reopen: () => new JsonMachineAccounts(root),
      dispose: () => rmSync(path, { recursive: true, force: true }),
    };
  },
});

describe('the file of machine accounts', () => {
  const scratch = scratchDirectory();
  const hub = { url: 'https://hub.example.org' };
  const file = () => join(scratch.path, 'machine-accounts.json');
  const accounts = () => new JsonMachineAccounts(new StateRoot(scratch.path));

  it('is private and never holds a token', async () => {
    await accounts().remember(hub, 'very-secret', { hub, team: 'acme' });
    expect(readFileSync(file(), 'utf8')).not.toContain('very-secret');
    if (process.platform !== 'win32') expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it.each(['', '[]', '{"accounts":{}}', '{"accounts":[null,{"key":7},{"key":"a","team":""}]}', '\u0000'])(
    'says nothing when it holds %j',
    async (text) => {
      writeFileSync(file(), text);
      expect(await accounts().recall(hub, 'token')).toBeUndefined();
      await accounts().remember(hub, 'token', { hub, team: 'acme' });
      expect(await accounts().recall(hub, 'token')).toMatchObject({ team: 'acme' });
    },
  );

  it('is not written again when nothing changed, and does not grow for ever', async () => {
    await accounts().remember(hub, 'token', { hub, team: 'acme' });
    const before = statSync(file()).ino;
    await accounts().remember(hub, 'token', { hub, team: 'acme' });
    expect(statSync(file()).ino).toBe(before);
    for (let day = 0; day < 30; day++) await accounts().remember(hub, `day ${day}`, { hub, team: 'acme' });
    expect(JSON.parse(readFileSync(file(), 'utf8')).accounts).toHaveLength(20);
    expect(await accounts().recall(hub, 'token')).toBeUndefined();
    expect(await accounts().recall(hub, 'day 29')).toMatchObject({ team: 'acme' });
  });

  it('that cannot be written is no failure', async () => {
    const place = join(scratch.path, 'a-file');
    writeFileSync(place, '');
    const inAFile = new JsonMachineAccounts(new StateRoot(place));
    await inAFile.remember(hub, 'token', { hub, team: 'acme' });
    expect(await inAFile.recall(hub, 'token')).toBeUndefined();
  });
});
