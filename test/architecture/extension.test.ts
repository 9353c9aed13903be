import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './run-tool.js';

const EXTENSION = join(ROOT, 'extension');
const read = (path: string): string => readFileSync(join(EXTENSION, path), 'utf8');
const sources = readdirSync(join(EXTENSION, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, text: read(join('src', path)) }));
const manifest = JSON.parse(read('package.json')) as Manifest;

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
  };
  readonly sharedActions: Readonly<Record<string, string>>;
}

/** Where a statement, or a dynamic import, takes something from. */
const importsOf = (text: string): readonly string[] =>
  [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, from = '']) => from);

describe('the extension', () => {
  it('takes everything from the editor, its own files, and the public exports of the package', () => {
    const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      readonly exports: Readonly<Record<string, string>>;
    };
    const ours = Object.keys(exports).map((name) => name.replace('.', 'spec-kitty-sync'));
    const strange = sources.flatMap(({ path, text }) =>
      importsOf(text)
        .filter(
          (from) =>
            from !== 'vscode' && !ours.includes(from) && !(/^\.\.?\//.test(from) && !/\/src\//.test(from)),
        )
        .map((from) => `${path}: ${from}`),
    );
    expect(strange).toEqual([]);
  });

  it('has no lane, no transition and no parser of its own', () => {
    const rules =
      /['"](?:planned|doing|for_review|claimed|in_progress|in_review)['"]\s*[,\]|]|yaml|parseDocument|front_?matter/i;
    // A name of a lane may be compared with, as in "planned ones can be implemented", and listed nowhere.
    expect(
      sources
        .filter(({ text }) => rules.test(text.replace(/\/\*\*[^]*?\*\/|\/\/.*/g, '')))
        .map(({ path }) => path),
    ).toEqual([]);
    const used = sources.flatMap(
      ({ text }) =>
        text.match(/\b(?:reachableLanes|LANES|isLane|readPlan|markedTasks|tasksSections)\b/g) ?? [],
    );
    expect(new Set(used).size).toBe(6);
  });

  it('registers each command of its manifest, and no other', () => {
    const all = sources.map(({ text }) => text).join('\n');
    const registered = [
      ...[...all.matchAll(/command\(\s*'(specKitty\.\w+)'/gi)].map(([, name = '']) => name),
      ...[...all.matchAll(/\bcommand\('(\w+)'/g)].map(([, name = '']) => `specKitty.${name}`),
      ...[...all.matchAll(/registerCommand\('(specKitty\.\w+)'/g)].map(([, name = '']) => name),
    ];
    const declared = manifest.contributes.commands.map(({ command }) => command);
    expect([...new Set(registered)].sort()).toEqual([...declared].sort());
    expect(Object.keys(manifest.sharedActions).filter((name) => !declared.includes(name))).toEqual([]);
  });

  it('has an English text for everything that the manifest names, and a bundle of everything that it says', () => {
    const texts = JSON.parse(read('package.nls.json')) as Readonly<Record<string, string>>;
    const named = [...read('package.json').matchAll(/"%([\w.]+)%"/g)].map(([, name = '']) => name);
    expect([...new Set(named)].sort()).toEqual(Object.keys(texts).sort());
    const bundle = JSON.parse(read('l10n/bundle.l10n.json')) as Readonly<Record<string, string>>;
    const said = sources.flatMap(({ text }) =>
      [...text.matchAll(/l10n\.t\(\s*'((?:\\.|[^'\\])*)'/g)].map(([, sentence = '']) => sentence),
    );
    expect(Object.keys(bundle).sort()).toEqual([...new Set(said)].sort());
    const calls = sources.reduce((sum, { text }) => sum + (text.match(/l10n\.t\(/g)?.length ?? 0), 0);
    expect(said).toHaveLength(calls);
  });

  it('has every picture that its manifest and its README show', () => {
    const shown = [...`${read('package.json')}${read('README.md')}`.matchAll(/media\/[\w-]+\.(?:png|svg)/g)];
    expect(shown.length).toBeGreaterThan(5);
    expect(shown.filter(([path]) => !existsSync(join(EXTENSION, path)))).toEqual([]);
  });

  it('writes no text into a page as HTML', () => {
    expect(
      sources.filter(({ text }) => /innerHTML|insertAdjacentHTML|document\.write|eval\(/.test(text)),
    ).toEqual([]);
    const html = read('src/boards.ts');
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/unsafe-/);
  });
});
