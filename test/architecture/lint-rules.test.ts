import { join, relative, sep } from 'node:path';
import { PLANTED_HOUSE, ROOT, runTool } from './run-tool.js';

interface LintedFile {
  readonly filePath: string;
  readonly messages: readonly { readonly ruleId: string | null; readonly message: string }[];
}

describe('the lint rules', () => {
  it('report every planted violation and nothing in the innocent files', () => {
    const args = ['src', '--config', join(ROOT, 'eslint.config.mjs'), '--format', 'json'];
    const files = runTool('eslint/bin/eslint.js', args, PLANTED_HOUSE) as readonly LintedFile[];
    const found = files
      .filter(({ messages }) => messages.length > 0)
      .map(({ filePath, messages }) => [
        relative(join(PLANTED_HOUSE, 'src'), filePath).split(sep).join('/'),
        messages.map(({ ruleId, message }) => ruleId ?? message),
      ]);
    expect(Object.fromEntries(found)).toEqual(PLANTED);
  });
});

const PLANTED: Readonly<Record<string, readonly string[]>> = {
  'adapters/events/default-export.ts': ['no-restricted-syntax'],
  'adapters/events/printing.ts': ['no-console'],
  'app/cli/foreign-process.ts': ['no-restricted-globals'],
  'app/cli/imported-process.ts': ['no-restricted-imports'],
  'app/work/printing.ts': ['no-restricted-globals', 'no-console'],
  'domain/any.ts': ['@typescript-eslint/no-explicit-any'],
  'domain/chance.ts': ['no-restricted-syntax'],
  'domain/default-export.ts': ['no-restricted-syntax'],
  'domain/enumeration.ts': ['no-restricted-syntax'],
  'domain/floating.ts': ['@typescript-eslint/no-floating-promises'],
  'domain/loose-equality.ts': ['eqeqeq'],
  'domain/non-null.ts': ['@typescript-eslint/no-non-null-assertion'],
  'domain/present-time-now.ts': ['no-restricted-syntax'],
  'domain/present-time.ts': ['no-restricted-syntax'],
  'domain/switch.ts': ['@typescript-eslint/switch-exhaustiveness-check'],
  'domain/thrown-text.ts': ['@typescript-eslint/only-throw-error'],
  'domain/value-import-of-a-type.ts': ['@typescript-eslint/consistent-type-imports'],
};
