import ts from 'typescript';
import { join } from 'node:path';
import { ROOT } from './run-tool.js';

/** What the compiler says about a file with this text in a layer of the house. */
const diagnose = (layer: string, text: string): readonly string[] => {
  const config = join(ROOT, 'src', layer, 'tsconfig.json');
  const { config: raw } = ts.readConfigFile(config, ts.sys.readFile) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(raw, ts.sys, join(ROOT, 'src', layer), {}, config);
  const planted = join(ROOT, 'src', layer, 'planted.ts');
  const host = ts.createCompilerHost({ ...options, noEmit: true, composite: false });
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (path) => (path === planted ? text : readFile(path));
  host.fileExists = (path) => path === planted || fileExists(path);
  host.getSourceFile = (path, version) =>
    path === planted ? ts.createSourceFile(path, text, version) : getSourceFile(path, version);
  const program = ts.createProgram(
    [planted],
    { ...options, noEmit: true, composite: false, incremental: false },
    host,
  );
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
};

describe('the compiler options of the pure layers', () => {
  it.each([
    ['domain', 'export const host = process;', 'process'],
    ['domain', 'export const host = console;', 'console'],
    ['domain', 'export const host = new URL("https://localhost");', 'URL'],
    ['domain', 'export const host = setTimeout;', 'setTimeout'],
    ['ports', 'export const host = new TextEncoder();', 'TextEncoder'],
  ])('know in %s nothing that %s', (layer, text, name) => {
    expect(diagnose(layer, text)).toEqual([expect.stringContaining(`Cannot find name '${name}'`)]);
  });

  it('accept the language itself', () => {
    expect(diagnose('domain', 'export const host = [1].at(-1) ?? new Map<string, number>().size;')).toEqual(
      [],
    );
  });

  it('do not let a wrong program be emitted', () => {
    const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.base.json'), ts.sys.readFile) as {
      config: { compilerOptions: Record<string, unknown> };
    };
    expect(config.compilerOptions).toMatchObject({
      noEmitOnError: true,
      strict: true,
      types: [],
      lib: ['ES2022'],
    });
  });
});
