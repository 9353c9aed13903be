import { build, stop } from 'esbuild';
import { ROOT } from './run-tool.js';

/** What a user's bundler makes of a program that needs one thing. */
const sizeOf = async (name: string, from: string): Promise<number> => {
  const { outputFiles } = await build({
    stdin: { contents: `export { ${name} } from '${from}';`, resolveDir: ROOT, sourcefile: 'user.js' },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]?.contents.length ?? 0;
};

describe('one function of the domain', () => {
  afterAll(stop);

  it.each([
    ['deriveIdentity', 'events/derived-identity'],
    ['canonicalJson', 'events/canonical-json'],
    ['eventDelayMs', 'delivery/backoff'],
    ['isUlid', 'ids'],
  ])('%s bundles to its own size', async (name, file) => {
    const own = await sizeOf(name, `./src/domain/${file}.ts`);
    expect(await sizeOf(name, './src/domain/index.ts')).toBe(own);
  });
});
