import { join, relative, sep } from 'node:path';
import { PLANTED_HOUSE, ROOT, runTool } from './run-tool.js';

interface Linted {
  readonly diagnostics: readonly { readonly filename: string; readonly code: string }[];
}

describe('the lint rules', () => {
  it('report every planted violation and nothing in the innocent files', () => {
    const args = ['src', '--config', join(ROOT, '.oxlintrc.json'), '--format', 'json'];
    const { diagnostics } = runTool('oxlint/bin/oxlint', args, PLANTED_HOUSE) as Linted;
    const found: Record<string, string[]> = {};
    for (const { filename, code } of diagnostics) {
      const path = relative('src', filename).split(sep).join('/');
      (found[path] ??= []).push(code);
      found[path].sort();
    }
    expect(found).toEqual(PLANTED);
  });
});

const PLANTED: Readonly<Record<string, readonly string[]>> = {
  'adapters/events/default-export.ts': ['import(no-default-export)'],
  'adapters/events/printing.ts': ['eslint(no-console)'],
  'app/cli/foreign-process.ts': ['eslint(no-restricted-globals)'],
  'app/cli/imported-process.ts': ['eslint(no-restricted-imports)'],
  'app/work/printing.ts': ['eslint(no-console)', 'eslint(no-restricted-globals)'],
  'domain/any.ts': ['typescript(no-explicit-any)'],
  'domain/chance.ts': ['house(chance)'],
  'domain/default-export.ts': ['import(no-default-export)'],
  'domain/enumeration.ts': ['house(enumeration)'],
  'domain/floating.ts': ['typescript(no-floating-promises)'],
  'domain/loose-equality.ts': ['eslint(eqeqeq)'],
  'domain/non-null.ts': ['typescript(no-non-null-assertion)'],
  'domain/present-time-now.ts': ['house(present-time)'],
  'domain/present-time.ts': ['house(present-time)'],
  'domain/switch.ts': ['typescript(switch-exhaustiveness-check)'],
  'domain/thrown-text.ts': ['typescript(only-throw-error)'],
  'domain/value-import-of-a-type.ts': ['typescript(consistent-type-imports)'],
};
