import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PLANTED_HOUSE, ROOT, runTool } from './run-tool.js';

interface Cruise {
  readonly summary: {
    readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];
  };
}

const CONFIG = join(ROOT, '.dependency-cruiser.mjs');

describe('the dependency rules', () => {
  it('report every planted violation, each by its own rule and no other', () => {
    const args = ['src', 'extension', '--config', CONFIG, '--output-type', 'json'];
    const { summary } = runTool(
      'dependency-cruiser/bin/dependency-cruise.mjs',
      args,
      PLANTED_HOUSE,
    ) as Cruise;
    const found = new Set(summary.violations.map(({ from, rule }) => `${rule.name}: ${fileName(from)}`));
    expect([...found].sort()).toEqual(plantedFor(ruleNames));
  });

  it('each say what to do instead', () => {
    expect(rules.filter(({ comment }) => comment.length < 40)).toEqual([]);
  });
});

interface Rule {
  readonly name: string;
  readonly comment: string;
}

const { default: config } = (await import(pathToFileURL(CONFIG).href)) as {
  default: { forbidden: readonly Rule[] };
};
const rules = config.forbidden;
const ruleNames = rules.map(({ name }) => name);

const fileName = (path: string): string => path.split('/').at(-1) ?? path;

/** One file a rule, named after it; a cycle is reported at one of its two ends. */
const plantedFor = (names: readonly string[]): readonly string[] =>
  names.map((name) => `${name}: ${name === 'no-cycle' ? 'no-cycle-partner' : name}.ts`).sort();
