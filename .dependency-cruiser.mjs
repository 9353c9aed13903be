import { fileURLToPath } from 'node:url';

/**
 * The arrows of the house. The comment of each rule is what somebody reads who has just broken it.
 * `test/architecture` breaks every rule once and expects exactly that rule to say so.
 */
const SRC = '^src/';
/** Also what does not resolve: another rule reports that. */
const OURS = '^(src|\\.{1,2})/(?!.*node_modules/)';
const PACKAGES = [
  'npm',
  'npm-dev',
  'npm-optional',
  'npm-peer',
  'npm-no-pkg',
  'npm-unknown',
  'unknown',
  'undetermined',
];

const rules = [
  {
    name: 'no-cycle',
    comment:
      'Two files that import each other cannot be understood apart. Move what both need into a third one.',
    from: { path: SRC },
    to: { circular: true },
  },
  {
    name: 'no-unresolvable',
    comment: 'The import leads nowhere. Specifiers end in .js, also for TypeScript files.',
    from: { path: SRC },
    to: { couldNotResolve: true, pathNot: '^vscode$' },
  },
  {
    name: 'domain-is-pure',
    comment:
      'The domain imports nothing but the domain: no package, no node:, no other layer. Take the value as a parameter.',
    from: { path: '^src/domain/' },
    to: { pathNot: '^src/domain/' },
  },
  {
    name: 'ports-know-the-domain-only',
    comment: 'A port speaks the language of the domain. A library in its signature belongs into the adapter.',
    from: { path: '^src/ports/' },
    to: { pathNot: '^src/(domain|ports)/' },
  },
  {
    name: 'ports-are-types-only',
    comment: 'Ports have no code: write `import type`. A value that both sides need lives in the domain.',
    from: { path: '^src/ports/' },
    to: { dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'adapters-do-not-know-the-app',
    comment: 'An adapter obeys a port and never calls upwards. Let the use case pass what the adapter needs.',
    from: { path: '^src/adapters/' },
    to: { path: '^src/app/' },
  },
  {
    name: 'adapter-families-are-strangers',
    comment:
      'One adapter family must not know another: depend on its port and let the container bring them together. Shared code lives in adapters/fs (files), adapters/net (HTTP) and adapters/front-matter (text).',
    from: { path: '^src/adapters/([^/]+)/' },
    to: { path: '^src/adapters/', pathNot: ['^src/adapters/$1/', '^src/adapters/(fs|net|front-matter)/'] },
  },
  {
    name: 'memory-needs-nothing',
    comment:
      'The in-memory adapters run in any JavaScript host: ports, domain and front matter as text, no file code, no package, no node:.',
    from: { path: '^src/adapters/memory/' },
    to: { pathNot: '^src/(domain|ports|adapters/(memory|front-matter))/' },
  },
  {
    name: 'only-the-container-knows-adapters',
    comment: 'Only app/container chooses adapters. Ask for the port in your constructor and bind it there.',
    from: { path: '^src/app/', pathNot: '^src/app/container/' },
    to: { path: '^src/adapters/' },
  },
  {
    name: 'only-the-container-knows-inversify',
    comment: 'Plain classes with constructors are wired in app/container; nothing else knows how.',
    from: { path: SRC, pathNot: '^src/app/container/' },
    to: { path: '(^|/)(inversify|@inversifyjs|reflect-metadata)(/|$)' },
  },
  {
    name: 'use-cases-know-ports-only',
    comment:
      'Use cases and sync decide and call ports. Files, processes and libraries are behind an adapter.',
    from: { path: '^src/app/(usecases|sync)/' },
    to: { dependencyTypes: ['core', ...PACKAGES], pathNot: OURS },
  },
  {
    name: 'use-cases-do-not-know-drivers',
    comment: 'A use case does not know who calls it: nothing from cli, hub, dashboard or container.',
    from: { path: '^src/app/(usecases|sync)/' },
    to: { path: '^src/app/(cli|hub|dashboard|container)/' },
  },
  {
    name: 'cli-frameworks',
    comment: 'The command line has one library, yargs. What else a command needs comes through a use case.',
    from: { path: '^src/app/cli/' },
    to: { dependencyTypes: PACKAGES, pathNot: `${OURS}|((^|/)(@types/)?yargs(/|$))` },
  },
  {
    name: 'hub-frameworks',
    comment: 'The hub is built on node:http and ws. What else it needs comes through a port.',
    from: { path: '^src/app/hub/' },
    to: { dependencyTypes: PACKAGES, pathNot: `${OURS}|((^|/)(@types/)?ws(/|$))` },
  },
  {
    name: 'drivers-are-strangers',
    comment:
      'The command line and the hub do not know each other; a command starts a hub through the container.',
    from: { path: '^src/app/(cli|hub)/' },
    to: { path: '^src/app/(cli|hub|dashboard)/', pathNot: '^src/app/$1/' },
  },
  {
    name: 'dashboard-runs-in-a-browser',
    comment: 'The dashboard is a browser program: domain only, no node:, no package of the server.',
    from: { path: '^src/app/dashboard/' },
    to: { pathNot: '^src/(domain|app/dashboard)/' },
  },
  {
    name: 'extension-uses-public-exports',
    comment: "The extension is a guest: it uses the package's public exports and never a file of ours.",
    from: { path: '^extension/' },
    to: { path: '^src/' },
  },
  {
    name: 'no-test-code-in-the-program',
    comment: 'The program must run without its tests and tools.',
    from: { path: SRC },
    to: { path: '^(test|bench|scripts)/' },
  },
];

export default {
  forbidden: rules.map((rule) => ({ severity: 'error', ...rule })),
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: fileURLToPath(new URL('tsconfig.base.json', import.meta.url)) },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
