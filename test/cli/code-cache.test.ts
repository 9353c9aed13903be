import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { CodeCache } from '../../src/app/cli/code-cache.js';

const posixIt = process.platform === 'win32' ? it.skip : it;

describe('CodeCache', () => {
  let root: string;
  let program: string;
  const state = (): string => join(root, 'state');
  const open = (buildId = 'b1', ...words: string[]): CodeCache =>
    new CodeCache({ directory: join(state(), 'cache'), buildId, words });
  const files = (directory: string): readonly string[] =>
    existsSync(directory) ? readdirSync(directory).filter((name) => !name.endsWith('known')) : [];
  const cached = (): readonly string[] => files(join(state(), 'cache'));

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'code-'));
    program = join(root, 'main.cjs');
    writeFileSync(program, 'module.exports = { answer: 42, name: __filename, other: require };');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('runs the file once, with the require that it was given', () => {
    const cache = open();
    const loaded = cache.load(program, 'the require');
    expect(loaded).toEqual({ answer: 42, name: program, other: 'the require' });
    expect(cache.load(program, 'another')).toBe(loaded);
  });

  it('keeps compiled code when the state root exists, and is content with it the next time', () => {
    mkdirSync(state(), { mode: 0o700 });
    const first = open();
    first.load(program, undefined);
    first.store();
    const [name] = cached();
    expect(name).toBe(`${process.version}-${process.arch}-b1-main.cjs.bin`);
    rmSync(join(state(), 'cache', name!.replace('main', 'other')), { force: true });
    const second = open();
    expect(second.load(program, undefined)).toMatchObject({ answer: 42 });
    second.store();
    expect(cached()).toEqual([name]);
  });

  it('keeps the code again, with what is new in it, once for each command', () => {
    mkdirSync(state(), { mode: 0o700 });
    writeFileSync(program, `module.exports = (word) => ${'word + '.repeat(200)}word;`);
    const sizeAfter = (...words: string[]): number => {
      const cache = open('b1', ...words);
      const answer = cache.load(program, undefined) as (word: string) => string;
      if (words[0] === 'agent') answer('x');
      cache.store();
      return statSync(join(state(), 'cache', cached()[0]!)).size;
    };
    const first = sizeAfter('sync', 'status');
    const second = sizeAfter('agent', 'tasks', 'move-task', 'WP01', '--to', 'doing');
    expect(second).toBeGreaterThan(first);
    const again = open('b1', 'agent', 'tasks', 'move-task', 'WP02', '--to', 'for_review');
    again.load(program, undefined);
    writeFileSync(join(state(), 'cache', cached()[0]!), 'untouched', { mode: 0o600 });
    again.store();
    expect(readFileSync(join(state(), 'cache', cached()[0]!), 'utf8')).toBe('untouched');
  });

  it('removes what was compiled a month before, and nothing younger', () => {
    mkdirSync(join(state(), 'cache'), { recursive: true, mode: 0o700 });
    const days = (count: number): number => Date.now() / 1000 - count * 24 * 3600;
    for (const [name, age] of [['outlived', 31] as const, ['recent', 29] as const]) {
      writeFileSync(join(state(), 'cache', name), 'code', { mode: 0o600 });
      utimesSync(join(state(), 'cache', name), days(age), days(age));
    }
    const cache = open();
    cache.load(program, undefined);
    cache.store();
    expect([...cached()].sort()).toEqual(['recent', `${process.version}-${process.arch}-b1-main.cjs.bin`]);
  });

  it('never makes the state root', () => {
    const cache = open();
    cache.load(program, undefined);
    cache.store();
    expect(existsSync(state())).toBe(false);
  });

  it('keeps nothing when it has no directory', () => {
    const cache = new CodeCache({ directory: undefined, buildId: 'b1', words: [] });
    expect(cache.load(program, undefined)).toMatchObject({ answer: 42 });
    cache.store();
    expect(readdirSync(root)).toEqual(['main.cjs']);
  });

  it.each(['', 'not compiled code', '\0'.repeat(5000)])('replaces a cache that V8 rejects', (content) => {
    mkdirSync(join(state(), 'cache'), { recursive: true, mode: 0o700 });
    const path = join(state(), 'cache', `${process.version}-${process.arch}-b1-main.cjs.bin`);
    writeFileSync(path, content, { mode: 0o600 });
    const cache = open();
    expect(cache.load(program, undefined)).toMatchObject({ answer: 42 });
    cache.store();
    expect(cached()).toHaveLength(1);
    const again = open();
    again.load(program, undefined);
    writeFileSync(path, 'untouched', { mode: 0o600 });
    again.store();
    expect(cached()).toHaveLength(1);
  });

  posixIt('does not execute a cache that others may write', () => {
    mkdirSync(state(), { mode: 0o700 });
    const first = open();
    first.load(program, undefined);
    first.store();
    const [name] = cached();
    chmodSync(join(state(), 'cache', name!), 0o666);
    const second = open();
    second.load(program, undefined);
    second.store();
    expect(cached()).toEqual([name]);
  });

  posixIt('keeps nothing in a state root that is a link or open to others', () => {
    mkdirSync(join(root, 'elsewhere'), { mode: 0o700 });
    symlinkSync(join(root, 'elsewhere'), state());
    const cache = open();
    cache.load(program, undefined);
    cache.store();
    expect(readdirSync(join(root, 'elsewhere'))).toEqual([]);
    rmSync(state());
    mkdirSync(state());
    chmodSync(state(), 0o777);
    cache.store();
    expect(cached()).toEqual([]);
  });

  /** Compiled code that answers something else: what a repository would like to be executed. */
  const plant = (directory: string, answer: number): void => {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const other = join(root, 'other', 'main.cjs');
    mkdirSync(join(root, 'other'), { recursive: true });
    const text = readFileSync(program, 'utf8').replace('42', String(answer));
    writeFileSync(other, text);
    mkdirSync(join(root, 'maker'), { recursive: true, mode: 0o700 });
    const maker = new CodeCache({ directory: join(root, 'maker', 'cache'), buildId: 'b1', words: [] });
    maker.load(other, undefined);
    maker.store();
    const [name = ''] = files(join(root, 'maker', 'cache'));
    writeFileSync(join(directory, name), readFileSync(join(root, 'maker', 'cache', name)), { mode: 0o600 });
  };

  it('executes what lies in a root of its own, which is why the root is looked at first', () => {
    plant(join(state(), 'cache'), 43);
    expect(open().load(program, undefined)).toMatchObject({ answer: 43 });
  });

  posixIt.each([
    ['below a repository', () => mkdirSync(join(root, '.git'))],
    ['in a repository', () => writeFileSync(join(state(), '.git'), 'gitdir: x')],
    ['with a root that others may write', () => chmodSync(state(), 0o777)],
    ['with a cache folder that others may write', () => chmodSync(join(state(), 'cache'), 0o777)],
  ])('executes nothing that was compiled before %s', (_name, change) => {
    plant(join(state(), 'cache'), 43);
    change();
    const before = cached();
    const cache = open();
    expect(cache.load(program, undefined)).toMatchObject({ answer: 42 });
    cache.store();
    expect(cached()).toEqual(before);
  });

  it('executes nothing from a root that depends on where the command is called', () => {
    plant(join(state(), 'cache'), 43);
    const directory = relative(process.cwd(), join(state(), 'cache'));
    expect(new CodeCache({ directory, buildId: 'b1', words: [] }).load(program, undefined)).toMatchObject({
      answer: 42,
    });
  });

  it('does not mind when the cache cannot be written', () => {
    mkdirSync(state(), { mode: 0o700 });
    writeFileSync(join(state(), 'cache'), 'a file where the directory should be');
    const cache = open();
    cache.load(program, undefined);
    expect(() => cache.store()).not.toThrow();
  });
});
