import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Tree } from '../support/fs-shim/replay.js';

/** Makes `to` a copy of `from`, whatever was there. */
export const copyTree = (from: string, to: string): void => {
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
};

/** The tree below a directory, as if it lay at `as`; the directory itself is part of it. */
export const readTree = (directory: string, as: string): Tree => {
  const tree = new Map<string, Buffer | 'directory'>([[as, 'directory']]);
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    tree.set(join(as, relative(directory, path)), entry.isDirectory() ? 'directory' : readFileSync(path));
  }
  return tree;
};

/** Builds a tree whose root is `from` at `to`. */
export const writeTree = (tree: Tree, from: string, to: string): void => {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  for (const [path, content] of tree) {
    const place = join(to, relative(from, path));
    if (content === 'directory') mkdirSync(place, { recursive: true });
    else {
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(place, content);
    }
  }
};
