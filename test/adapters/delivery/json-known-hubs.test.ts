import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JsonKnownHubs } from '../../../src/adapters/delivery/json-hub-notes.js';
import { StateRoot } from '../../../src/adapters/fs/state-root.js';
import { knownHubsContract } from '../../contracts/known-hubs.contract.js';
import { scratchDirectory } from '../../support/scratch-directory.js';

knownHubsContract({
  name: 'JsonKnownHubs',
  durable: true,
  setup: async () => {
    const path = mkdtempSync(join(tmpdir(), 'hubs-'));
    const root = new StateRoot(join(path, 'state'));
    return {
      subject: new JsonKnownHubs(root),
      reopen: () => new JsonKnownHubs(root),
      dispose: () => rmSync(path, { recursive: true, force: true }),
    };
  },
});

describe('the file of known hubs', () => {
  const scratch = scratchDirectory();
  const file = () => join(scratch.path, 'hubs.json');
  const hubs = () => new JsonKnownHubs(new StateRoot(scratch.path));
  const one = { id: 'hub-1', urls: ['https://one.example.org'] };

  it('is private', async () => {
    await hubs().update(() => [one]);
    if (process.platform !== 'win32') expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it.each(['', '[]', '{"hubs":{}}', '{"hubs":[null,{"id":7,"urls":[]},{"id":"a","urls":"b"}]}', '\u0000'])(
    'knows none when it holds %j, and is written anew',
    async (text) => {
      writeFileSync(file(), text);
      expect(await hubs().list()).toEqual([]);
      await hubs().update((known) => [...known, one]);
      expect(await hubs().list()).toEqual([one]);
    },
  );

  it('says that it could not be written', async () => {
    mkdirSync(file());
    await expect(hubs().update(() => [one])).rejects.toMatchObject({ kind: 'storage-failed' });
  });
});
