import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  MAX_DOCUMENT_BYTES,
  placeBelow,
  readPlainFile,
  textIfPlain,
  writablePlace,
} from '../../../src/adapters/fs/repository-file.js';
import { scratchDirectory } from '../../support/scratch-directory.js';

const scratch = scratchDirectory();
const root = () => join(scratch.path, 'project');
const at = (path: string) => join(root(), path);

beforeEach(() => {
  mkdirSync(at('folder'), { recursive: true });
  mkdirSync(join(scratch.path, 'elsewhere'));
  writeFileSync(join(scratch.path, 'elsewhere', 'file'), 'secret');
  writeFileSync(at('folder/file'), 'text');
});

describe('a place in a repository', () => {
  it('is where its links really lead, as long as that is below the root', () => {
    symlinkSync('folder', at('inner'));
    expect(placeBelow(root(), 'inner/file')).toBe(at('folder/file'));
    expect(writablePlace(root(), 'inner/file')).toBe(at('folder/file'));
    expect(writablePlace(root(), 'inner/new')).toBe(at('folder/new'));
    expect(placeBelow(root(), 'inner/new')).toBe('absent');
    expect(writablePlace(root(), 'nowhere/new')).toBe('absent');
  });

  it.each([
    ['a link of the last part', '../elsewhere/file', 'way', 'way'],
    ['a link of a folder', '../elsewhere', 'way', 'way/file'],
    ['a link of a folder, to a file that is not there', '../elsewhere', 'way', 'way/new'],
    ['two links', 'second', 'way', 'way/file'],
    ['an absolute link', '/etc', 'way', 'way/passwd'],
    ['a path with ..', 'folder', 'way', '../elsewhere/file'],
    ['an absolute path', 'folder', 'way', '/etc/passwd'],
  ])('is refused when the way leads out by %s', (_name, target, link, path) => {
    symlinkSync('../elsewhere', at('second'));
    symlinkSync(target, at(link));
    expect(() => writablePlace(root(), path)).toThrow(/leads out of the project/);
    if (path !== 'way/new') expect(() => placeBelow(root(), path)).toThrow(/leads out of the project/);
  });
});

describe('a file of a repository', () => {
  it('is read as it is, up to the limit', () => {
    expect(readPlainFile(at('folder/file'), 4).toString()).toBe('text');
    expect(() => readPlainFile(at('folder/file'), 3)).toThrow('it measures 4 bytes, more than 3');
  });

  it('of which the kernel tells no size is read to its end, and no further than the limit', () => {
    expect(readPlainFile('/proc/self/stat').length).toBeGreaterThan(0);
    expect(() => readPlainFile('/proc/self/stat', 2)).toThrow('it has more than 2 bytes');
  });

  it.each([
    ['a pipe', () => execFileSync('mkfifo', [at('odd')]), 'it is a pipe instead of a file'],
    ['a folder', () => mkdirSync(at('odd')), 'it is a directory instead of a file'],
    ['an endless device', () => symlinkSync('/dev/zero', at('odd')), 'it is a device or a socket'],
    ['a terminal', () => symlinkSync('/dev/tty', at('odd')), 'it is a device or a socket'],
  ])('is not %s, and nobody waits for one', (_name, make, reason) => {
    make();
    expect(() => readPlainFile(at('odd'))).toThrow(reason);
    expect(() => writablePlace(root(), 'odd')).toThrow(/instead of a file|leads out/);
    expect(textIfPlain(at('odd'))).toBeUndefined();
  });

  it('of git may be missing', () => {
    expect(textIfPlain(at('nowhere'))).toBeUndefined();
    expect(textIfPlain(at('folder/file'))).toBe('text');
  });

  it('is no larger than a planning document can be', () => {
    writeFileSync(at('large'), Buffer.alloc(MAX_DOCUMENT_BYTES + 1));
    expect(() => readPlainFile(at('large'))).toThrow(/more than/);
  });
});
