import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectory } from '../../../src/adapters/fs/make-directory.js';
import {
  syncDirectory,
  writeFileAtomic,
  writeFileAtomicSync,
} from '../../../src/adapters/fs/atomic-write.js';
import { scratchDirectory } from '../../support/scratch-directory.js';

const root = scratchDirectory();
const modeOf = (path: string): number => statSync(path).mode & 0o777;

const WAYS = [
  ['writeFileAtomic', writeFileAtomic],
  [
    'writeFileAtomicSync',
    async (...args: Parameters<typeof writeFileAtomicSync>) => writeFileAtomicSync(...args),
  ],
] as const;

describe.each(WAYS)('%s', (_name, write) => {
  const path = (): string => join(root.path, 'file');

  it('makes a file of text or bytes, and leaves nothing else', async () => {
    await write(path(), 'grün');
    expect(readFileSync(path(), 'utf8')).toBe('grün');
    await write(path(), Uint8Array.of(0, 255), { durable: false });
    expect(readFileSync(path())).toEqual(Buffer.from([0, 255]));
    expect(readdirSync(root.path)).toEqual(['file']);
  });

  it('gives the mode that was asked for, whatever the file had and the process masks', async () => {
    const mask = process.umask(0o077);
    try {
      await write(path(), 'a', { mode: 0o664 });
      expect(modeOf(path())).toBe(process.platform === 'win32' ? 0o666 : 0o664);
    } finally {
      process.umask(mask);
    }
    if (process.platform === 'win32') return;
    chmodSync(path(), 0o400);
    await write(path(), 'b', { mode: 0o600 });
    expect(modeOf(path())).toBe(0o600);
    await write(path(), 'c');
    expect(modeOf(path())).toBe(0o644);
  });

  it('leaves what was there, and no temporary file, when it cannot replace it', async () => {
    mkdirSync(join(path(), 'inside'), { recursive: true });
    await expect(write(path(), 'x')).rejects.toThrow();
    expect(readdirSync(root.path)).toEqual(['file']);
    expect(readdirSync(path())).toEqual(['inside']);
  });

  it('fails when the directory is not there, instead of making it', async () => {
    await expect(write(join(root.path, 'absent', 'file'), 'x')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is not disturbed by what a killed writer left', async () => {
    writeFileSync(join(root.path, '.file.1.x.0.tmp'), 'half');
    await write(path(), 'whole');
    expect(readFileSync(path(), 'utf8')).toBe('whole');
  });

  it('never shows a mixture when many write at once', async () => {
    const contents = Array.from({ length: 20 }, (_, index) => String(index).repeat(2000));
    await Promise.all(contents.map((content) => write(path(), content, { durable: false })));
    expect(contents).toContain(readFileSync(path(), 'utf8'));
    expect(readdirSync(root.path)).toEqual(['file']);
  });
});

describe('makeDirectory', () => {
  it('makes missing parents, private to the user, and is content with what is there', () => {
    const path = join(root.path, 'a', 'b', 'c');
    makeDirectory(path);
    makeDirectory(path);
    expect(statSync(path).isDirectory()).toBe(true);
    if (process.platform !== 'win32') expect(modeOf(join(root.path, 'a'))).toBe(0o700);
  });

  it('fails where a file is in the way', () => {
    writeFileSync(join(root.path, 'a'), '');
    expect(() => makeDirectory(join(root.path, 'a', 'b'))).toThrow();
  });
});

describe('syncDirectory', () => {
  it('fails for a directory that is not there', () => {
    if (process.platform === 'win32') return;
    expect(() => syncDirectory(join(root.path, 'absent'))).toThrow('ENOENT');
  });
});
