import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `kitty-specs/` of eight real features: the documents of an open-source project, as people and agents left them. */
export const CORPUS_ROOT = join(import.meta.dirname, '..', 'fixtures', 'corpus');

export const corpusFeatures = (): readonly string[] => readdirSync(join(CORPUS_ROOT, 'kitty-specs')).sort();

/** Text of a file of the corpus, by its path relative to the root. */
export const corpusText = (path: string): string =>
  readFileSync(join(CORPUS_ROOT, ...path.split('/')), 'utf8');

/** Paths of all work package files, relative to the root, with `/`. */
export const corpusWorkPackagePaths = (): readonly string[] =>
  corpusFeatures().flatMap((slug) =>
    readdirSync(join(CORPUS_ROOT, 'kitty-specs', slug, 'tasks'))
      .sort()
      .map((name) => `kitty-specs/${slug}/tasks/${name}`),
  );

/** Every file of the corpus below `kitty-specs/`, relative to the root, with `/`. */
export const corpusPaths = (): readonly string[] =>
  readdirSync(join(CORPUS_ROOT, 'kitty-specs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(CORPUS_ROOT.length + 1)
        .split('\\')
        .join('/'),
    )
    .sort();
