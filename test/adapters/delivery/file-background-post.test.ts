import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileBackgroundPost } from '../../../src/adapters/delivery/file-background-post.js';
import { StateRoot } from '../../../src/adapters/fs/state-root.js';
import { backgroundPostContract, BEAT } from '../../contracts/background-post.contract.js';
import { scratchDirectory } from '../../support/scratch-directory.js';
import { startWorker } from '../../support/worker.js';

const scratch = scratchDirectory();
const rootPath = (): string => join(scratch.path, 'state');
const post = (): FileBackgroundPost => new FileBackgroundPost(new StateRoot(rootPath()));

backgroundPostContract({
  name: 'The place in the state root',
  setup: async () => {
    mkdirSync(rootPath(), { mode: 0o700 });
    return { subject: post(), other: post(), remove: () => rmSync(rootPath(), { recursive: true }) };
  },
});

describe('the place in the state root', () => {
  const lock = (): string => join(rootPath(), 'locks', 'background');

  it('belongs to one process, and is free at once when that is killed', async () => {
    const holder = startWorker('lock-holder.mjs', [lock()]);
    await holder.said(1);
    expect(post().isOccupied()).toBe(true);
    expect(await post().occupy(30)).toBeUndefined();
    holder.kill();
    await holder.ended;
    const place = await post().occupy(0);
    expect(place).toBeDefined();
    place?.release();
  });

  it('is taken although somebody looks whether it is free', async () => {
    mkdirSync(join(rootPath(), 'locks'), { recursive: true });
    const probe = await post().occupy(0);
    const taking = post().occupy(200);
    setImmediate(() => probe?.release());
    const place = await taking;
    expect(place).toBeDefined();
    place?.release();
  });

  it('is looked at without making anything', async () => {
    expect(post().isOccupied()).toBe(false);
    expect(await post().heartbeat()).toBeUndefined();
    expect(await post().askedToLeave()).toBeUndefined();
    expect(existsSync(rootPath())).toBe(false);
  });

  it('is another one when the state root was removed and made again', async () => {
    const subject = post();
    const place = await subject.occupy(0);
    rmSync(rootPath(), { recursive: true });
    const successor = post();
    const next = await successor.occupy(0);
    expect(next).toBeDefined();
    expect(await subject.beat(BEAT)).toBe(false);
    expect(await successor.beat(BEAT)).toBe(true);
    place?.release();
    next?.release();
  });

  it('takes no heartbeat from who does not have it', async () => {
    mkdirSync(rootPath());
    expect(await post().beat(BEAT)).toBe(false);
    expect(readdirSync(rootPath())).toEqual([]);
  });

  it.each(['', '{', 'null', '{"sum":"00000000","version":"9"}\n', '[1]'])(
    'takes the damaged note %j for none',
    async (text) => {
      mkdirSync(join(rootPath(), 'sync'), { recursive: true });
      for (const name of ['heartbeat.json', 'leave.json'])
        writeFileSync(join(rootPath(), 'sync', name), text);
      expect(await post().heartbeat()).toBeUndefined();
      expect(await post().askedToLeave()).toBeUndefined();
    },
  );

  it('says so when the disk does not take the heartbeat', async () => {
    const subject = post();
    const place = await subject.occupy(0);
    writeFileSync(join(rootPath(), 'sync'), 'a file where the directory should be');
    await expect(subject.beat(BEAT)).rejects.toMatchObject({ kind: 'storage-failed' });
    place?.release();
  });
});
