import tseslint from 'typescript-eslint';

const CLOCK =
  'Time comes in through the port WallClock (or as a parameter), so that a test can hold it still.';
const CHANCE = 'Randomness comes in through the port Randomness, so that a test can repeat it.';
const PROCESS =
  'The process belongs to cli/main.ts, to the container and to adapters; take what you need as a parameter.';
const CONSOLE = 'Commands print through context.terminal, everything else through the port Log.';

const globals = (...entries) => ['error', ...entries.map(([name, message]) => ({ name, message }))];

/** `new Date(x)` parses and formats and is fine anywhere; only asking for the present time is not. */
const NO_PRESENT_TIME = [
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: CLOCK },
  { selector: 'CallExpression[callee.name="Date"]', message: CLOCK },
  { selector: 'MemberExpression[object.name="Date"][property.name="now"]', message: CLOCK },
];
const NO_CHANCE = [
  { selector: 'MemberExpression[object.name="Math"][property.name="random"]', message: CHANCE },
];
const NO_DEFAULT_EXPORT = [
  {
    selector: 'ExportDefaultDeclaration',
    message: 'Export by name: the name is then the same wherever it is used.',
  },
];
const NO_ENUM = [{ selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' }];

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'coverage/**',
      'node_modules/**',
      'test/architecture/fixtures/**',
      'extension/dist/**',
      'e2e/vscode/node_modules/**',
    ],
  },
  {
    files: ['src/**/*.ts', 'src/**/*.tsx', 'test/**/*.ts', 'extension/src/**/*.ts'],
    extends: [tseslint.configs.base],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-control-regex': 'error',
      'no-restricted-syntax': ['error', ...NO_DEFAULT_EXPORT, ...NO_ENUM],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ['src/**/*.ts', 'extension/src/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 400 }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      'no-console': 'error',
    },
  },
  {
    // What adapters and the edges of the program may do and nobody else.
    files: ['src/**/*.ts'],
    ignores: [
      'src/adapters/**',
      'src/app/cli/{main,bin,code-cache}.ts',
      'src/app/compose/**',
      'src/app/dashboard/**',
    ],
    rules: {
      'no-restricted-syntax': ['error', ...NO_DEFAULT_EXPORT, ...NO_ENUM, ...NO_PRESENT_TIME, ...NO_CHANCE],
      'no-restricted-globals': globals(['process', PROCESS], ['console', CONSOLE]),
      'no-restricted-imports': globals(['node:process', PROCESS], ['process', PROCESS]),
    },
  },
  {
    // Types that the DOM has and Node declares otherwise.
    files: ['src/ports/abort-signal.d.ts'],
    rules: { '@typescript-eslint/no-explicit-any': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    ignores: ['test/architecture/fixtures/**'],
    rules: { '@typescript-eslint/no-explicit-any': 'off' },
  },
);
