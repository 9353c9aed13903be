import { build, stop } from 'esbuild';
import { resolve } from 'node:path';

/** What a module loads before anything of it is called: our own files, and packages by name. */
export interface EagerModules {
  readonly files: readonly string[];
  readonly packages: readonly string[];
}

/** Follows static imports of values from a source file, as the compiler leaves them. */
export const eagerModules = async (entry: string): Promise<EagerModules> => {
  const { metafile } = await build({
    entryPoints: [resolve(entry)],
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    splitting: true,
    outdir: 'never-written',
    write: false,
    metafile: true,
    treeShaking: false,
    logLevel: 'silent',
  });
  // Its process would outlive the test.
  await stop();
  const files = new Set<string>();
  const packages = new Set<string>();
  const follow = (path: string): void => {
    if (files.has(path)) return;
    files.add(path);
    for (const { path: target, kind, external } of metafile.inputs[path]?.imports ?? []) {
      if (kind === 'dynamic-import') continue;
      if (external !== true) follow(target);
      else if (!target.startsWith('node:')) packages.add(target);
    }
  };
  follow(entry);
  return { files: [...files].sort(), packages: [...packages].sort() };
};
