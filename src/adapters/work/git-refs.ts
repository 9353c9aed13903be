import { join } from 'node:path';
import type { Head } from '../../ports/events.js';
import { textIfPlain } from '../fs/repository-file.js';

/** Where a repository's references lie. */
interface RefPlaces {
  readonly gitDir: string;
  readonly commonDir: string;
}

/** Branch and commit as git's files show them; `unusual` when they are stored in a way that only git can read. */
export const readHead = (places: RefPlaces): Head | 'unusual' => {
  const head = readLine(join(places.gitDir, 'HEAD'));
  if (head === undefined) return 'unusual';
  const ref = symbolicTarget(head);
  if (ref === undefined) return isObjectId(head) ? { commit: head } : 'unusual';
  const commit = readRef(places, ref);
  if (commit === 'unusual') return commit;
  return {
    ...(ref.startsWith(BRANCHES) ? { branch: ref.slice(BRANCHES.length) } : {}),
    ...(commit === undefined ? {} : { commit }),
  };
};

/** Commit of a reference by its full name; `undefined` when it does not exist. */
export const readRef = (places: RefPlaces, name: string): string | undefined | 'unusual' => {
  // The table format keeps a stand-in where loose references used to be.
  if (!isRefName(name) || readLine(join(places.commonDir, 'refs', 'heads')) !== undefined) return 'unusual';
  let ref = name;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    // A loose reference wins over the packed one. Git packs before it removes, so reading in this order misses none.
    const value = readLine(join(places.commonDir, ref)) ?? readPackedRef(places.commonDir, ref);
    if (value === undefined) return undefined;
    const next = symbolicTarget(value);
    if (next === undefined) return isObjectId(value) ? value : 'unusual';
    if (!isRefName(next)) return 'unusual';
    ref = next;
  }
  return 'unusual';
};

/** Branch that a work tree's own git directory has checked out, by the text of its HEAD alone. */
export const branchOfGitDir = (gitDir: string): string | undefined => {
  const ref = symbolicTarget(readLine(join(gitDir, 'HEAD')) ?? '');
  return ref?.startsWith(BRANCHES) === true ? ref.slice(BRANCHES.length) : undefined;
};

export const BRANCHES = 'refs/heads/';

const MAX_DEPTH = 5;

const readPackedRef = (commonDir: string, ref: string): string | undefined => {
  const packed = textIfPlain(join(commonDir, 'packed-refs'));
  if (packed === undefined) return undefined;
  const end = packed.indexOf(` ${ref}\n`);
  if (end === -1) return undefined;
  return packed.slice(packed.lastIndexOf('\n', end) + 1, end);
};

const symbolicTarget = (line: string): string | undefined => /^ref:\s*(\S.*)$/.exec(line)?.[1];

const isObjectId = (text: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);

/** Names that stay inside the folder of references when they become paths. */
const isRefName = (name: string): boolean =>
  name.startsWith('refs/') && !name.split('/').some((part) => part === '' || part.startsWith('.'));

const readLine = (path: string): string | undefined => textIfPlain(path)?.split('\n', 1)[0]?.trim();
