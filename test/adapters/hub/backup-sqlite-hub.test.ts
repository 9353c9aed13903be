import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { backUpSqliteHub, restoreSqliteHub } from '../../../src/adapters/hub/backup-sqlite-hub.js';
import { CryptoRandomness } from '../../../src/adapters/host/node-host.js';
import { incoming, makeEvent } from '../../support/hub-events.js';
import { setUpSqliteHub, type SqliteHubSetup } from './sqlite-hub-setup.js';

describe('a backup of a hub', () => {
  let at: SqliteHubSetup;
  let file: string;
  beforeEach(async () => {
    at = await setUpSqliteHub();
    file = join(at.directory, '..', 'backup');
    await at.stores.store.forTeam('acme').append([incoming(makeEvent())]);
    await backUpSqliteHub(at.directory, file);
  });
  afterEach(() => at.dispose());

  const restore = (directory: string) => restoreSqliteHub(directory, file, at.time, new CryptoRandomness());

  it('is restored with its events under another history, and is byte for byte as it was', async () => {
    const { hubId, history } = at.stores.store;
    const before = readFileSync(file);
    await at.stores.store.forTeam('acme').append([incoming(makeEvent())]);
    await at.stores.close();
    expect(await restore(at.directory)).toEqual(expect.stringContaining('hub.sqlite.'));
    const { store } = await at.reopen();
    expect((await store.forTeam('acme').receipts({ after: 0, limit: 9 })).receipts).toHaveLength(1);
    expect([store.hubId, store.history === history]).toEqual([hubId, false]);
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(join(file, '..')).filter((name) => name.startsWith('backup'))).toEqual(['backup']);
  });

  it('that is damaged, or of something else, is refused, and nothing has changed', async () => {
    const whole = readFileSync(file);
    const damaged = Buffer.concat([whole.subarray(0, 8192), Buffer.alloc(whole.length - 8192, 'x')]);
    await at.stores.close();
    const before = readdirSync(at.directory);
    for (const content of [damaged, Buffer.from('something else'.repeat(1000)), Buffer.alloc(0)]) {
      writeFileSync(file, content);
      await expect(restore(at.directory)).rejects.toMatchObject({ kind: 'input-invalid' });
      expect(readdirSync(at.directory)).toEqual(before);
    }
  });
});
