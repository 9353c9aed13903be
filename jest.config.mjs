/** Jest runs the TypeScript sources as ES modules; @swc/jest only strips the types. */
export default {
  testEnvironment: '<rootDir>/test/support/leak-environment.mjs',
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  testSequencer: '<rootDir>/test/support/longest-first.mjs',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testTimeout: 30_000,
  // Starting a process costs a large worker several times what it costs a small one, and workers grow with every file.
  workerIdleMemoryLimit: '200MB',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    // Scripts run what was built, their tests what it is built from.
    '^(?:\\.\\./)+dist/((?:app|domain)/.*)\\.js$': '<rootDir>/src/$1.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^spec-kitty-sync/domain$': '<rootDir>/src/domain/index.ts',
    '^fast-check$': '<rootDir>/test/support/seeded-fast-check.mjs',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, sourceMaps: 'inline' },
    ],
  },
  coverageProvider: 'v8',
  collectCoverageFrom: ['src/{domain,adapters,app}/**/*.ts', '!src/**/*.d.ts', '!src/app/cli/{main,bin}.ts'],
  coverageReporters: ['text-summary', 'json-summary', 'lcovonly'],
};
