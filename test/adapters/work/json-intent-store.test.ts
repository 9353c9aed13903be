import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JsonIntentStore } from '../../../src/adapters/work/json-intent-store.js';
import { intentOf } from '../../../src/domain/work/intent.js';
import { intentStoreContract } from '../../contracts/intent-store.contract.js';

const place = (): string => mkdtempSync(join(tmpdir(), 'sks-intent-'));
const heldAt = (root: string) => ({ checkout: { root, projectRoot: root, commonDir: join(root, '.git') } });
const empty = intentOf({
  project: undefined,
  branch: undefined,
  events: [],
  changes: [],
  message: undefined,
  nextRecord: 1,
});

intentStoreContract({
  name: 'JsonIntentStore',
  durable: true,
  setup: async () => {
    const root = place();
    const file = join(root, '.git', 'spec-kitty', 'intent.json');
    return {
      subject: new JsonIntentStore(join(root, 'state')),
      reopen: () => new JsonIntentStore(join(root, 'state')),
      held: heldAt(root),
      other: heldAt(join(root, 'other')),
      bytes: { read: () => readFileSync(file), write: (bytes) => writeFileSync(file, bytes) },
      dispose: () => rmSync(root, { recursive: true, force: true }),
    };
  },
});

intentStoreContract({
  name: 'JsonIntentStore without git',
  durable: false,
  setup: async () => {
    const root = place();
    return {
      subject: new JsonIntentStore(join(root, 'state')),
      held: { checkout: { root, projectRoot: root } },
      other: { checkout: { root: join(root, 'other'), projectRoot: join(root, 'other') } },
      dispose: () => rmSync(root, { recursive: true, force: true }),
    };
  },
});

describe('the file of an intent', () => {
  it('is the same one over all its lives, and private', async () => {
    const root = place();
    const store = new JsonIntentStore(join(root, 'state'));
    const file = join(root, '.git', 'spec-kitty', 'intent.json');
    await store.write(heldAt(root), empty);
    const { ino, mode } = statSync(file);
    await store.clear(heldAt(root));
    await store.write(heldAt(root), empty);
    expect(statSync(file).ino).toBe(ino);
    if (process.platform !== 'win32') expect(mode & 0o777).toBe(0o600);
    rmSync(root, { recursive: true });
  });

  it('has no byte only until its directory was synced, and holds no intent then', async () => {
    const root = place();
    const store = new JsonIntentStore(join(root, 'state'));
    const file = join(root, '.git', 'spec-kitty', 'intent.json');
    mkdirSync(join(root, '.git', 'spec-kitty'), { recursive: true });
    writeFileSync(file, '');
    expect(await store.read(heldAt(root))).toBe('none');
    await store.clear(heldAt(root));
    expect(statSync(file).size).toBe(0);
    await store.write(heldAt(root), empty);
    expect(await store.read(heldAt(root))).toEqual(empty);
    await store.clear(heldAt(root));
    expect(statSync(file).size).toBe(1);
    expect(await store.read(heldAt(root))).toBe('none');
    rmSync(root, { recursive: true });
  });

  it('that cannot be written is an error, and nothing has begun', async () => {
    const root = place();
    const store = new JsonIntentStore(join(root, 'state'));
    mkdirSync(join(root, '.git', 'spec-kitty', 'intent.json'), { recursive: true });
    for (const failing of [
      store.write(heldAt(root), empty),
      store.read(heldAt(root)),
      store.clear(heldAt(root)),
    ]) {
      await expect(failing).rejects.toMatchObject({ kind: 'storage-failed' });
    }
    rmSync(root, { recursive: true });
  });
});
