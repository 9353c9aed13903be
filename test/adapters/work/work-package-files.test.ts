import { existsSync } from 'node:fs';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { WorkPackageFiles } from '../../../src/adapters/work/work-package-files.js';
import { featureFilesContract } from '../../contracts/feature-files.contract.js';

const putIn =
  (root: string) =>
  async (path: string, text: string | Uint8Array | undefined): Promise<void> => {
    const place = join(root, ...path.split('/'));
    if (text === undefined) return rm(place, { force: true });
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, text);
  };

featureFilesContract({
  name: 'WorkPackageFiles',
  durable: true,
  setup: async () => {
    const projectRoot = await mkdtemp(join(tmpdir(), 'feature-files-'));
    return {
      subject: new WorkPackageFiles(),
      projectRoot,
      put: putIn(projectRoot),
      reopen: () => new WorkPackageFiles(),
      dispose: () => rm(projectRoot, { recursive: true, force: true }),
    };
  },
});

describe('planning documents on disk', () => {
  const files = new WorkPackageFiles();
  const WP01 = 'kitty-specs/001-alpha/tasks/WP01-one.md';
  let base: string;
  let root: string;
  let put: ReturnType<typeof putIn>;
  const held = () => ({ checkout: { root, projectRoot: root } });
  const change = { path: WP01, before: 'old', after: 'new' };

  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'feature-files-'));
    root = join(base, 'project');
    put = putIn(root);
    await put(WP01, 'old');
  });
  afterEach(() => rm(base, { recursive: true, force: true }));

  it('keep their mode, and no temporary file stays', async () => {
    await chmod(join(root, WP01), 0o640);
    await files.write(held(), [change]);
    expect((await stat(join(root, WP01))).mode & 0o777).toBe(0o640);
    expect(await readdir(dirname(join(root, WP01)))).toEqual(['WP01-one.md']);
  });

  it('are not read or written through a link that leads out of the project', async () => {
    await writeFile(join(base, 'secret.md'), 'old');
    await symlink(join(base, 'secret.md'), join(root, 'kitty-specs/001-alpha/tasks/WP02-two.md'));
    await symlink(join(base, 'secret.md'), join(root, 'kitty-specs/001-alpha/spec.md'));
    await mkdir(join(base, 'elsewhere/tasks'), { recursive: true });
    await symlink(join(base, 'elsewhere'), join(root, 'kitty-specs/002-beta'));
    const feature = await files.read(root, '001-alpha');
    expect(feature?.spec).toBeUndefined();
    expect(feature?.workPackages[1]).toMatchObject({
      text: '',
      fault: { reason: expect.stringContaining('leads out') },
    });
    expect(await files.features(root)).toEqual(['001-alpha']);
    expect(await files.read(root, '002-beta')).toBeUndefined();
    const through = { path: 'kitty-specs/001-alpha/spec.md', before: 'old', after: 'new' };
    await expect(files.write(held(), [through])).rejects.toMatchObject({ kind: 'storage-failed' });
    await expect(files.restore(held(), [{ ...through, before: 'x', after: 'old' }])).rejects.toMatchObject({
      kind: 'storage-failed',
    });
    await expect(
      files.write(held(), [{ path: 'kitty-specs/002-beta/meta.json', before: undefined, after: '{}' }]),
    ).rejects.toMatchObject({ kind: 'storage-failed' });
    expect(await readFile(join(base, 'secret.md'), 'utf8')).toBe('old');
    expect(existsSync(join(base, 'elsewhere/meta.json'))).toBe(false);
  });

  it('are written through a link that stays in the project', async () => {
    await put('notes/real.md', 'old');
    const link = join(root, 'kitty-specs/001-alpha/spec.md');
    await symlink('../../notes/real.md', link);
    await files.write(held(), [{ path: 'kitty-specs/001-alpha/spec.md', before: 'old', after: 'new' }]);
    expect(await readFile(join(root, 'notes/real.md'), 'utf8')).toBe('new');
    expect(await readlink(link)).toBe('../../notes/real.md');
  });

  it('are refused when they are no UTF-8 text, since they could not be written back', async () => {
    const bytes = Uint8Array.from([0x2d, 0x2d, 0x2d, 0x0a, 0xff, 0xfe]);
    await put(WP01, bytes);
    await put('kitty-specs/001-alpha/spec.md', bytes);
    expect((await files.read(root, '001-alpha'))?.workPackages[0]?.fault?.reason).toBe(
      'the file is not UTF-8 text',
    );
    expect((await files.read(root, '001-alpha'))?.spec).toContain('---');
    await expect(files.text(root, WP01)).rejects.toMatchObject({ kind: 'storage-corrupt' });
  });

  it('may be missing, be folders, or lie below a file', async () => {
    await put('kitty-specs/001-alpha/plan.md/inner.md', 'x');
    await put('kitty-specs/002-beta/tasks', 'a file');
    await mkdir(join(root, 'kitty-specs/001-alpha/tasks/WP03-folder.md'));
    expect((await files.read(root, '001-alpha'))?.plan).toBeUndefined();
    expect((await files.read(root, '001-alpha'))?.workPackages.length).toBe(1);
    expect((await files.read(root, '002-beta'))?.workPackages).toEqual([]);
    expect(await files.text(root, `${WP01}/x`)).toBeUndefined();
    expect(await files.features(join(base, 'nowhere'))).toEqual([]);
  });

  it('make the folders that they need, and take away those that are empty afterwards', async () => {
    const made = ['meta.json', 'tasks/WP01-a.md'].map((name) => {
      return { path: `kitty-specs/009-new/${name}`, before: undefined, after: '{}' };
    });
    await files.write(held(), made);
    expect(await files.text(root, 'kitty-specs/009-new/tasks/WP01-a.md')).toBe('{}');
    await put('kitty-specs/009-new/mine.md', 'mine');
    await files.restore(held(), made);
    expect(await readdir(join(root, 'kitty-specs/009-new'))).toEqual(['mine.md']);
    await rm(join(root, 'kitty-specs/009-new/mine.md'));
    await files.write(held(), made);
    await files.restore(held(), made);
    expect(await files.features(root)).not.toContain('009-new');
    expect(await readdir(join(root, 'kitty-specs'))).not.toContain('009-new');
  });

  it('say that they cannot be written where there is no place for a folder', async () => {
    await put('kitty-specs/file', 'x');
    const below = { path: 'kitty-specs/file/meta.json', before: undefined, after: '{}' };
    await expect(files.write(held(), [below])).rejects.toMatchObject({ kind: 'storage-failed' });
    const gone = { checkout: { root: join(base, 'gone'), projectRoot: join(base, 'gone') } };
    await expect(files.write(gone, [below])).rejects.toMatchObject({ kind: 'storage-failed' });
    await expect(files.text(root, '/etc/hostname')).rejects.toMatchObject({ kind: 'storage-failed' });
  });
});
