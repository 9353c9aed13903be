import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { isInside } from '../fs/repository-file.js';

/**
 * The path under which a repository's commits hold a file of the project: where links inside the repository lead. A file
 * that is not there yet lies where its folder does.
 */
export const pathInTree = (root: string, path: string): string => {
  const realRoot = realPath(root) ?? root;
  const place = placeOf(join(root, ...path.split('/')));
  return isInside(realRoot, place) ? relative(realRoot, place).split(sep).join('/') : path;
};

/** Why no commit of this repository can hold a path: another repository does. `undefined` when one can. */
export const placeElsewhere = (root: string, path: string): string | undefined => {
  const realRoot = realPath(root) ?? root;
  const place = placeOf(join(root, ...path.split('/')));
  if (!isInside(realRoot, place)) return `${path} lies outside of this repository`;
  for (
    let folder = dirname(place);
    folder !== realRoot && isInside(realRoot, folder);
    folder = dirname(folder)
  ) {
    if (!existsSync(join(folder, '.git'))) continue;
    const other = relative(realRoot, folder).split(sep).join('/');
    return `${path} lies in another repository, ${other}, so no commit here can hold it`;
  }
  return undefined;
};

const placeOf = (path: string): string => {
  const place = realPath(path);
  if (place !== undefined || dirname(path) === path) return place ?? path;
  return join(placeOf(dirname(path)), relative(dirname(path), path));
};

const realPath = (path: string): string | undefined => {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
};
