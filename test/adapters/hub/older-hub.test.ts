import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { CryptoRandomness } from '../../../src/adapters/host/node-host.js';
import { NodeSecrets } from '../../../src/adapters/hub/node-secrets.js';
import { openSqliteHub } from '../../../src/adapters/hub/open-sqlite-hub.js';
import { ControlledTime } from '../../../src/adapters/memory/memory-host.js';
import { silentLog } from '../../support/hub.js';

const FIXTURE = join(import.meta.dirname, '../../fixtures/older-hub');

interface Known {
  readonly refresh: string;
  readonly hub_id: string;
}

describe('the data directory of an older hub', () => {
  it('is brought up to date: events, users and sign-ins are as they were', async () => {
    const known = JSON.parse(readFileSync(join(FIXTURE, 'known.json'), 'utf8')) as Known;
    const dataDirectory = mkdtempSync(join(tmpdir(), 'older-hub-'));
    const database = gunzipSync(readFileSync(join(FIXTURE, 'hub.sqlite.gz')));
    writeFileSync(join(dataDirectory, 'hub.sqlite'), database);
    const clock = new ControlledTime();
    clock.set(Date.parse('2026-11-29T18:00:00Z'));
    const { store, accounts, close } = await openSqliteHub({
      ...{ dataDirectory, clock, log: silentLog },
      randomness: new CryptoRandomness(),
      secrets: new NodeSecrets(),
    });
    try {
      expect(store.hubId).toBe(known.hub_id);
      expect(store.history).toEqual(expect.any(String));
      const acme = store.forTeam('acme');
      expect((await acme.position()).lamport).toBe(40);
      expect((await acme.receipts({ after: 0, limit: 100 })).receipts).toHaveLength(40);
      expect((await accounts.users()).map(({ name, teams }) => [name, ...teams])).toEqual([
        ['ada', 'acme'],
        ['bo', 'zenith'],
      ]);
      expect(await accounts.sessions('device', 'ada')).toMatchObject([{ team: 'acme', name: 'laptop' }]);
      expect((await accounts.signIn({ username: 'bo', password: 'correct horse' })).ok).toBe(true);
      expect(await accounts.rotate(known.refresh)).toMatchObject({ ok: true, value: { user: 'ada' } });
    } finally {
      await close();
      rmSync(dataDirectory, { recursive: true, force: true });
    }
  });
});
