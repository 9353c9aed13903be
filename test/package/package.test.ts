import { jest } from '@jest/globals';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { ROOT } from '../architecture/run-tool.js';
import { PackingPlace } from './packed.js';

/** Package managers ask a registry, and are in no hurry. */
jest.setTimeout(600_000);

/** A program that drives a project by the door of the package, with a transport of its own. */
const USE = `
  for (const entry of ['', '/domain', '/ports', '/testing']) await import(\`spec-kitty-sync\${entry}\`);
  const { createClient } = await import('spec-kitty-sync');
  const { MemoryBatchTransport, MemoryNetwork } = await import('spec-kitty-sync/testing');
  const overrides = { batchTransport: new MemoryBatchTransport(new MemoryNetwork()) };
  const client = createClient({ directory: '.', overrides });
  const { identity } = await client.work.initProject.run({ directory: client.directory, commit: false });
  const { projects } = await client.reports.getSyncStatus.run();
  await client.close();
  console.log(identity.projectUuid.length, projects.length);
`;

/** What the compiler holds a user of the package to, as somebody writes it who has installed it. */
const TYPES = readFileSync(join(ROOT, 'test', 'app', 'client-types.ts'), 'utf8')
  .replace('../../src/adapters/memory/index.js', 'spec-kitty-sync/testing')
  .replace('../../src/app/index.js', 'spec-kitty-sync');

const COMPILE = [
  '--noEmit',
  '--strict',
  '--module',
  'nodenext',
  '--target',
  'es2022',
  '--lib',
  'es2024,esnext',
];

describe('the package', () => {
  const place = new PackingPlace();
  const unpacked = join(place.root, 'unpacked', 'package');
  const contents = (): readonly string[] =>
    readdirSync(unpacked, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => posix.relative(unpacked, posix.join(entry.parentPath, entry.name)));

  beforeAll(async () => {
    await place.pack();
    place.run(join(place.root, 'unpacked'), 'tar', ['-xzf', place.tarball]);
  });
  afterAll(() => place.dispose());

  const expectItToWork = (directory: string, program: string): void => {
    expect(place.run(directory, program, ['--version'])).toBe('0.1.0\n');
    place.run(directory, program, ['hub', 'team', 'add', 'acme', '--data', join(directory, 'hub')]);
    expect(existsSync(join(directory, 'hub', 'hub.sqlite'))).toBe(true);
  };

  it('packed from a tree that was never built, holds the program and its entry points', () => {
    const { bin, exports } = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8'));
    const files = [bin['spec-kitty'], ...Object.values(exports)].map((path) => posix.normalize(String(path)));
    expect(contents()).toEqual(expect.arrayContaining(files));
  });

  it('holds only what is used: no map, no build info, no source, no test', () => {
    expect(
      contents().filter((path) => /\.map$|tsbuildinfo|\.tmp$|^(src|test|bench|scripts)\//.test(path)),
    ).toEqual([]);
    const mapped = contents().filter(
      (path) =>
        /\.c?js$/.test(path) && readFileSync(join(unpacked, path), 'utf8').includes('sourceMappingURL'),
    );
    expect(mapped).toEqual([]);
  });

  it('holds every page that its pages and its program name', () => {
    const named = contents()
      .filter((path) => /\.(md|cjs)$/.test(path))
      .flatMap((path) => {
        const text = readFileSync(join(unpacked, path), 'utf8');
        const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, to = '']) =>
          posix.join(posix.dirname(path), to),
        );
        const pages = [...text.matchAll(/\bdocs\/[\w-]+\.md\b/g)].map(([page]) => page);
        return (path.endsWith('.md') ? [...links, ...pages] : pages).map((to) => ({ path, to }));
      });
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ to }) => !/^(src|test)\//.test(to) && !existsSync(join(unpacked, to)))).toEqual(
      [],
    );
  });

  it('holds the notices of every package whose code is inside the program', () => {
    const notices = readFileSync(join(unpacked, 'dist', 'bin', 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    for (const name of [
      'got',
      'inversify',
      'kysely',
      'lowdb',
      'smol-toml',
      'ulid',
      'ws',
      'yaml',
      'yargs-parser',
    ])
      expect(notices).toMatch(new RegExp(`^--- ${name} \\d[^\\n]+\\n\\n(?!---)\\S`, 'm'));
  });

  it('is found in order by publint and attw', () => {
    place.run(place.root, 'npx', ['publint@0.3.21', place.tarball, '--strict']);
    place.run(place.root, 'npx', ['@arethetypeswrong/cli@0.18.5', place.tarball, '--profile', 'esm-only']);
  });

  it('works where it is installed for the whole machine', () => {
    const prefix = join(place.root, 'machine');
    expectItToWork(prefix, place.install(prefix));
  });

  it.each([
    ['npm', ['npm', 'install', '--ignore-scripts']],
    ['pnpm', ['npx', 'pnpm@10.20.0', 'add']],
    ['yarn 1', ['npx', 'yarn@1.22.22', 'add', '--ignore-scripts', '--no-lockfile']],
    ['yarn 4', ['npx', '@yarnpkg/cli-dist@4.10.3', 'add']],
  ])('works as a dependency that %s installed', (manager, [command = '', ...args]) => {
    const directory = join(place.root, manager.replace(' ', '-'));
    place.run(directory, 'git', ['init', '-q']);
    writeFileSync(
      join(directory, 'package.json'),
      '{"name":"user","version":"1.0.0","private":true,"type":"module"}',
    );
    writeFileSync(join(directory, 'use.mjs'), USE);
    writeFileSync(
      join(directory, '.yarnrc.yml'),
      'nodeLinker: node-modules\nenableScripts: false\nenableTelemetry: false\n',
    );
    writeFileSync(join(directory, 'yarn.lock'), '');
    place.run(directory, command, [...args, `spec-kitty-sync@file:${place.tarball}`]);
    expectItToWork(directory, join(directory, 'node_modules', '.bin', 'spec-kitty'));
    expect(place.run(directory, process.execPath, ['use.mjs'])).toBe('36 0\n');
  });

  it('has types that hold who uses its door', () => {
    const directory = join(place.root, 'npm');
    writeFileSync(join(directory, 'types.ts'), TYPES);
    const compiler = join(ROOT, 'node_modules', 'typescript-native', 'bin', 'tsc');
    const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules', '@types')];
    place.run(directory, process.execPath, [compiler, ...COMPILE, ...types, 'types.ts']);
  });

  it('is built where it is installed from git', () => {
    const sources = place.copySources('repository');
    place.run(sources, 'git', ['init', '-q', '-b', 'main']);
    place.run(sources, 'git', ['add', '-A']);
    place.run(sources, 'git', ['-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qm', 'sources']);
    const directory = join(place.root, 'from-git');
    place.run(directory, 'npm', ['init', '-y']);
    place.run(directory, 'npm', ['install', `git+file://${sources}`]);
    expectItToWork(directory, join(directory, 'node_modules', '.bin', 'spec-kitty'));
  });

  it('shows its demo in a fresh clone, without any install script having run', () => {
    const clone = place.copySources('clone');
    place.run(clone, 'npm', ['ci', '--ignore-scripts']);
    expect(place.run(clone, 'npm', ['run', '--silent', 'demo'])).toContain(
      'every captured event is at the hub',
    );
  });
});
