import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DatabaseSync } from '@photostructure/sqlite';
import { tryLockFile } from '../../../src/adapters/fs/process-lock.js';
import { openSqliteHub } from '../../../src/adapters/hub/open-sqlite-hub.js';
import { CryptoRandomness } from '../../../src/adapters/host/node-host.js';
import { featuresOf, incoming, makeEvent, PROJECT } from '../../support/hub-events.js';
import { quickSecrets, silentLog } from '../../support/hub.js';
import { setUpSqliteHub, type SqliteHubSetup } from './sqlite-hub-setup.js';

/** Adds teams as another process would that administers the same file. */
const WRITER = `
  const { DatabaseSync } = require('@photostructure/sqlite');
  const database = new DatabaseSync(process.argv[1], { timeout: 5000 });
  const add = database.prepare('insert into teams values (?, 0)');
  for (let at = 0; at < 200; at++) {
    database.exec('begin immediate');
    add.run('team-' + at);
    database.exec('commit');
  }
  database.close();
`;

describe('the data directory of a hub', () => {
  let at: SqliteHubSetup;
  beforeEach(async () => (at = await setUpSqliteHub()));
  afterEach(() => at.dispose());

  const open = (dataDirectory: string) =>
    openSqliteHub({
      dataDirectory,
      clock: at.time,
      randomness: new CryptoRandomness(),
      secrets: quickSecrets,
      log: silentLog,
    });

  it('belongs to one hub at a time', async () => {
    await expect(open(at.directory)).rejects.toMatchObject({ kind: 'hub-busy' });
    await at.stores.close();
    const next = await open(at.directory);
    expect(next.store.hubId).toBe(at.stores.store.hubId);
    await next.close();
  });

  it('may be administered by another process while a hub serves it, without either failing', async () => {
    const beside = await openSqliteHub({
      dataDirectory: at.directory,
      access: 'administer',
      clock: at.time,
      randomness: new CryptoRandomness(),
      secrets: quickSecrets,
      log: silentLog,
    });
    const { accounts } = at.stores;
    await accounts.addTeam('acme');
    await beside.accounts.addUser({ name: 'ada', password: 'correct horse' });
    await beside.accounts.addMember('acme', 'ada');
    await beside.close();
    const signedIn = await accounts.signIn({ username: 'ada', password: 'correct horse' });
    let refresh = signedIn.ok ? signedIn.value.refresh : '';
    const writer = spawn(process.execPath, ['-e', WRITER, join(at.directory, 'hub.sqlite')]);
    const ended = new Promise<number | null>((resolve) => writer.on('close', resolve));
    for (let writing = true; writing;) {
      const rotated = await accounts.rotate(refresh);
      expect(rotated.ok).toBe(true);
      refresh = rotated.ok ? rotated.value.refresh : '';
      await at.stores.store.forTeam('acme').append([incoming(makeEvent())]);
      writing = await Promise.race([
        ended.then(() => false),
        new Promise<boolean>((go) => setImmediate(go, true)),
      ]);
    }
    expect(await ended).toBe(0);
    expect(await accounts.teams()).toHaveLength(201);
  });

  it('is closed to other users, file by file, but a directory that was there keeps its mode', async () => {
    if (process.platform === 'win32') return;
    expect(statSync(at.directory).mode & 0o777).toBe(0o700);
    const directory = join(at.directory, 'shared');
    mkdirSync(directory);
    chmodSync(directory, 0o755);
    const before = process.umask(0);
    const stores = await open(directory).finally(() => process.umask(before));
    await stores.store.forTeam('acme').append([incoming(makeEvent())]);
    expect(statSync(directory).mode & 0o777).toBe(0o755);
    for (const name of readdirSync(directory))
      expect([name, statSync(join(directory, name)).mode & 0o777]).toEqual([name, 0o600]);
    await stores.close();
  });

  it('is read, and the event loop goes on, while another process holds the lock of its database', async () => {
    const acme = at.stores.store.forTeam('acme');
    await acme.append([incoming(makeEvent())]);
    const foreign = new DatabaseSync(join(at.directory, 'hub.sqlite'));
    foreign.exec('begin immediate');
    const event = incoming(makeEvent());
    let stored = false;
    const storing = acme.append([event]).then((answers) => ((stored = true), answers));
    expect((await acme.read({ after: 0, limit: 10 })).events).toHaveLength(1);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(stored).toBe(false);
    foreign.exec('commit');
    foreign.close();
    expect(await storing).toMatchObject([{ answer: 'stored' }]);
  });

  it('of an older version is brought up to date under the lock alone, with every event and its board', async () => {
    const older = join(import.meta.dirname, '../../fixtures/older-hub');
    const directory = join(at.directory, 'older');
    mkdirSync(directory);
    writeFileSync(join(directory, 'hub.sqlite'), gunzipSync(readFileSync(join(older, 'hub.sqlite.gz'))));
    const known = JSON.parse(readFileSync(join(older, 'known.json'), 'utf8')) as {
      hub_id: string;
      board: { features: unknown };
    };
    const administer = () =>
      openSqliteHub({
        dataDirectory: directory,
        access: 'administer',
        clock: at.time,
        randomness: new CryptoRandomness(),
        secrets: quickSecrets,
        log: silentLog,
      });
    const held = tryLockFile(join(directory, 'lock'));
    await expect(administer()).rejects.toMatchObject({ kind: 'hub-busy' });
    held?.release();
    await (await administer()).close();
    const stores = await open(directory);
    expect(stores.store.hubId).toBe(known.hub_id);
    const acme = stores.store.forTeam('acme');
    expect(await featuresOf(acme, PROJECT)).toEqual(known.board.features);
    expect((await acme.append([incoming(makeEvent())]))[0]).toMatchObject({ answer: 'stored' });
    await stores.close();
  });

  it('is refused, and free again, when its database is something else', async () => {
    const directory = join(at.directory, 'elsewhere');
    mkdirSync(directory);
    writeFileSync(
      join(directory, 'hub.sqlite'),
      'not a database, but long enough to be looked at as one'.repeat(100),
    );
    await expect(open(directory)).rejects.toMatchObject({ kind: 'storage-failed' });
    await expect(open(directory)).rejects.toMatchObject({ kind: 'storage-failed' });
  });

  it('is refused when its tables are not those of a hub', async () => {
    const directory = join(at.directory, 'foreign');
    mkdirSync(directory);
    const foreign = new DatabaseSync(join(directory, 'hub.sqlite'));
    foreign.exec('create table teams (name text)');
    foreign.close();
    await expect(open(directory)).rejects.toMatchObject({ kind: 'storage-failed', hint: expect.any(String) });
  });

  it('is refused when it cannot be made', async () => {
    const file = join(at.directory, 'file');
    writeFileSync(file, '');
    await expect(open(join(file, 'below'))).rejects.toMatchObject({ kind: 'storage-failed' });
  });

  it('holds no password and no token in clear', async () => {
    const { accounts, store } = at.stores;
    await accounts.addTeam('acme');
    await accounts.addUser({ name: 'ada', password: 'correct horse battery' });
    await accounts.addMember('acme', 'ada');
    const signedIn = await accounts.signIn({ username: 'ada', password: 'correct horse battery' });
    if (!signedIn.ok) throw new Error(signedIn.error);
    const rotated = await accounts.rotate(signedIn.value.refresh);
    const live = await accounts.issueLiveToken(signedIn.value.access);
    await store.forTeam('acme').append([incoming(makeEvent())]);
    const bytes = ['hub.sqlite', 'hub.sqlite-wal']
      .map((name) => readFileSync(join(at.directory, name), 'latin1'))
      .join('');
    expect(bytes).toContain('WP01');
    const secrets = [
      'correct horse battery',
      signedIn.value.access,
      signedIn.value.refresh,
      rotated.ok ? rotated.value.access : '',
      rotated.ok ? rotated.value.refresh : '',
      live.ok ? live.value.token : '',
    ];
    for (const secret of secrets) expect(secret !== '' && bytes.includes(secret)).toBe(false);
  });

  it('says storage-failed, and stores nothing, once the database is gone', async () => {
    await at.stores.close();
    const team = at.stores.store.forTeam('acme');
    await expect(team.append([incoming(makeEvent())])).rejects.toMatchObject({ kind: 'storage-failed' });
    await expect(team.read({ after: 0, limit: 1 })).rejects.toMatchObject({ kind: 'storage-failed' });
    await expect(at.stores.store.proveWriting()).rejects.toMatchObject({ kind: 'storage-failed' });
    await expect(at.stores.accounts.identify('x', 'access')).rejects.toMatchObject({
      kind: 'storage-failed',
    });
  });

  it('keeps a board that any order of arrival leads to', async () => {
    const events = Array.from({ length: 30 }, (_, index) =>
      makeEvent(
        { lamport_clock: index % 7, node_id: index % 2 === 0 ? 'aaaaaaaaaaaa' : 'bbbbbbbbbbbb' },
        {
          previous_status: ['planned', 'doing'][index % 2],
          new_status: ['doing', 'for_review', 'done'][index % 3],
          wp_id: `WP0${index % 3}`,
        },
      ),
    );
    const { store } = at.stores;
    await store.forTeam('one').append(events.map(incoming));
    for (const event of [...events].reverse()) await store.forTeam('two').append([incoming(event)]);
    for (let from = 0; from < 30; from += 7) {
      await store.forTeam('three').append(
        events
          .slice(from, from + 7)
          .reverse()
          .map(incoming),
      );
    }
    const project = events[0]?.project_uuid ?? '';
    const board = await featuresOf(store.forTeam('one'), project);
    expect(board[0]?.work_packages).toHaveLength(3);
    expect(await featuresOf(store.forTeam('two'), project)).toEqual(board);
    expect(await featuresOf(store.forTeam('three'), project)).toEqual(board);
  });

  it('is a database that other tools find sound', () => {
    const probe = spawnSync(process.execPath, [
      '-e',
      `const{DatabaseSync:D}=require('@photostructure/sqlite');const d=new D(process.argv[1],{readOnly:true});
       console.log(d.prepare('pragma integrity_check').get().integrity_check)`,
      join(at.directory, 'hub.sqlite'),
    ]);
    expect(String(probe.stdout).trim()).toBe('ok');
  });
});
