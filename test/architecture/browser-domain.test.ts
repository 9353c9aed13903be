import { build, stop } from 'esbuild';
import { join } from 'node:path';
import { ROOT } from './run-tool.js';

describe('the domain', () => {
  afterAll(stop);

  it('bundles for a browser without a module of Node, or of anybody but the validator', async () => {
    const { outputFiles, metafile } = await build({
      entryPoints: [join(ROOT, 'src', 'domain', 'index.ts')],
      absWorkingDir: ROOT,
      bundle: true,
      platform: 'browser',
      format: 'esm',
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
    const text = outputFiles[0]?.text ?? '';
    expect(text).not.toMatch(/\brequire\(|from\s*["']|["']node:/);
    const foreign = Object.keys(metafile.inputs).filter((path) => !path.startsWith('src/domain/'));
    expect(foreign.filter((path) => !path.includes('node_modules/valibot/'))).toEqual([]);
  });
});
