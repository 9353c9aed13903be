import { fileURLToPath } from 'node:url';

/**
 * The arrows of the house. The comment of each rule is what somebody reads who has just broken it.
 * `test/architecture` breaks every rule once and expects exactly that rule to say so.
 */
const SRC = '^src/';
/** Also what does not resolve: another rule reports that. */
const OURS = '^(src|\\.{1,2})/(?!.*node_modules/)';
/** The rooms of these names, on every floor. */
const room = (...names) => `^src/(?:domain|ports|adapters|app)/(?:${names.join('|')})(?:/|[.]ts)`;
/** The rooms of the app that hold use cases. */
const USE_CASES = '^src/app/(events|outbox|delivery|reports|work|agents)/';
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
      'The domain imports nothing but the domain and the validator of its descriptions (valibot): no other package, no node:, no other layer. Take the value as a parameter.',
    from: { path: '^src/domain/' },
    to: { pathNot: '^src/domain/|(^|/)node_modules/valibot/' },
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
    name: 'capturing-knows-no-delivery',
    comment:
      'Capture never waits for the network: nothing in outbox or work knows delivery, or what is above them. Take a function as a parameter, and let app/compose bring the two together.',
    from: { path: room('outbox', 'work') },
    to: { path: room('delivery', 'reports', 'agents', 'hub') },
  },
  {
    name: 'events-know-no-room',
    comment: 'Events and identity are what every other room builds on; they know none of them.',
    from: { path: room('events') },
    to: { path: room('outbox', 'delivery', 'work', 'reports', 'agents', 'hub') },
  },
  {
    name: 'outbox-does-not-know-work',
    comment: 'The outbox keeps facts, whatever work they come from. Move what both need to events.',
    from: { path: room('outbox') },
    to: { path: room('work') },
  },
  {
    name: 'delivery-does-not-know-work',
    comment: 'Delivery moves events, whatever they say. What it asks of a repository comes as a function.',
    from: { path: room('delivery') },
    to: { path: room('work', 'reports', 'agents', 'hub') },
  },
  {
    name: 'reports-and-agents-are-strangers',
    comment: 'Reports look, agents work; neither needs the other, nor the hub.',
    from: { path: '^src/(?:domain|ports|adapters|app)/(reports|agents)(?:/|[.]ts)' },
    to: {
      path: room('reports', 'agents', 'hub'),
      pathNot: '^src/(?:domain|ports|adapters|app)/$1(?:/|[.]ts)',
    },
  },
  {
    name: 'hub-knows-events-only',
    comment: 'The hub is another program: it shares the events with the client, and nothing else.',
    from: { path: room('hub') },
    to: { path: room('outbox', 'delivery', 'work', 'reports', 'agents') },
  },
  {
    name: 'shared-code-knows-no-room',
    comment: 'What all rooms share (host, fs, the root of the domain) knows none of them.',
    from: { path: '^src/(adapters/(host|fs)/|domain/[^/]+[.]ts)', pathNot: '^src/domain/index[.]ts' },
    to: { path: room('events', 'outbox', 'delivery', 'work', 'reports', 'agents', 'hub') },
  },
  {
    name: 'memory-needs-nothing',
    comment:
      'The in-memory adapters, and plans from texts, run in any JavaScript host: ports, domain and front matter as text, no file code, no package, no node:.',
    from: { path: '^src/adapters/(memory/|work/read-feature)' },
    to: { pathNot: '^src/(domain|ports|adapters/(memory/|work/read-front-matter))' },
  },
  {
    name: 'only-the-container-knows-adapters',
    comment: 'Only app/compose chooses adapters. Ask for the port in your constructor and bind it there.',
    from: { path: '^src/app/', pathNot: '^src/app/compose/' },
    to: { path: '^src/adapters/' },
  },
  {
    name: 'only-the-container-knows-inversify',
    comment: 'Plain classes with constructors are wired in app/compose; nothing else knows how.',
    from: { path: SRC, pathNot: '^src/app/compose/' },
    to: { path: '(^|/)(inversify|@inversifyjs|reflect-metadata)(/|$)' },
  },
  {
    name: 'use-cases-know-ports-only',
    comment: 'Use cases decide and call ports. Files, processes and libraries are behind an adapter.',
    from: { path: USE_CASES },
    to: { dependencyTypes: ['core', ...PACKAGES], pathNot: OURS },
  },
  {
    name: 'use-cases-do-not-know-drivers',
    comment: 'A use case does not know who calls it: nothing from cli, hub, dashboard or compose.',
    from: { path: USE_CASES },
    to: { path: '^src/app/(cli|hub|dashboard|compose)/' },
  },
  {
    name: 'cli-frameworks',
    comment: 'The command line has one library, yargs. What else a command needs comes through a use case.',
    from: { path: '^src/app/cli/' },
    to: { dependencyTypes: PACKAGES, pathNot: `${OURS}|((^|/)(@types/)?yargs(/|$))` },
  },
  {
    name: 'documents-know-the-domain-only',
    comment:
      'What a document looks like is said in words of the domain and of the validator, below every use case that tells one.',
    from: { path: '^src/app/documents/' },
    to: { pathNot: '^src/(domain|app/documents)/|(^|/)node_modules/valibot/' },
  },
  {
    name: 'use-cases-take-types-of-documents',
    comment:
      'A use case answers with the type of a document and loads no description: write `import type`, and let the driver make the document.',
    from: { path: USE_CASES },
    to: { path: '^src/app/documents/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'mcp-frameworks',
    comment:
      'The server for agent hosts is built on the official SDK. What else it needs comes through a use case.',
    from: { path: '^src/app/mcp/' },
    to: { dependencyTypes: PACKAGES, pathNot: `${OURS}|((^|/)@modelcontextprotocol/server(/|$))` },
  },
  {
    name: 'mcp-knows-documents-only',
    comment: 'Tools call use cases and answer with the documents of --json; they run no command.',
    from: { path: '^src/app/mcp/' },
    to: {
      path: '^src/app/(cli|hub|compose|dashboard)/',
      pathNot: '^src/app/cli/(render|errors|define-command|commands/shared)',
    },
  },
  {
    name: 'hub-frameworks',
    comment:
      'The hub is built on fastify and ws, and measured with prom-client. What else it needs comes through a port.',
    from: { path: '^src/app/hub/' },
    to: { dependencyTypes: PACKAGES, pathNot: `${OURS}|((^|/)((@types/)?ws|fastify|prom-client)(/|$))` },
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
    comment:
      'The dashboard is a browser program: domain and its view library only, no node:, no package of the server.',
    from: { path: '^src/app/dashboard/' },
    to: {
      pathNot:
        '^src/(domain|app/dashboard)/|(^|/)node_modules/(preact|@preact/signals(-core)?|@dagrejs/dagre)/',
    },
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
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
