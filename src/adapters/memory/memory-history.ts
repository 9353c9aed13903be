import { SyncError } from '../../domain/errors.js';
import { err, ok, type Result } from '../../domain/result.js';

/** A commit: the files of a project at one moment, and what it was made from. */
export interface MemoryCommit {
  /** 40 hex digits, as git's. */
  readonly id: string;
  readonly parents: readonly MemoryCommit[];
  readonly files: ReadonlyMap<string, string>;
  readonly message: string;
  /** Tips whose work it took over without descending from them. */
  readonly squashed: readonly MemoryCommit[];
}

let made = 0;

/** A commit with an id of its own. */
export const makeCommit = (
  parents: readonly MemoryCommit[],
  files: ReadonlyMap<string, string>,
  message: string,
  squashed: readonly MemoryCommit[] = [],
): MemoryCommit => ({
  id: (++made).toString(16).padStart(40, '0'),
  parents,
  files: new Map(files),
  message,
  squashed,
});

/** The commit and everything it was made from, nearest first. */
export const history = (tip: MemoryCommit): readonly MemoryCommit[] => {
  const seen = new Set<MemoryCommit>();
  const queue = [tip];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (seen.has(next)) continue;
    seen.add(next);
    queue.push(...next.parents);
  }
  return [...seen];
};

export const isAncestor = (ancestor: MemoryCommit, of: MemoryCommit): boolean =>
  history(of).includes(ancestor);

/** Whether a commit is a tip or what was the tip before it, first parents only. */
export const isOnMainLine = (commit: MemoryCommit, tip: MemoryCommit): boolean => {
  for (let at: MemoryCommit | undefined = tip; at !== undefined; at = at.parents[0])
    if (at === commit) return true;
  return false;
};

/** Every tip that was squashed into this commit or into one that it was made from. */
export const squashedInto = (tip: MemoryCommit): readonly MemoryCommit[] =>
  history(tip).flatMap(({ squashed }) => squashed);

/** The merge of two tips, file by file against their nearest common ancestor; the error lists what both changed. */
export const mergeCommits = (
  ours: MemoryCommit,
  theirs: MemoryCommit,
  message: string,
): Result<MemoryCommit, readonly string[]> => {
  if (isAncestor(theirs, ours)) return ok(ours);
  if (isAncestor(ours, theirs)) return ok(theirs);
  const base = mergeBase(ours, theirs);
  const files = new Map<string, string>();
  const conflicts: string[] = [];
  for (const path of new Set([...ours.files.keys(), ...theirs.files.keys()])) {
    const [old, mine, other] = [base, ours, theirs].map((commit) => commit?.files.get(path));
    if (mine !== other && mine !== old && other !== old) conflicts.push(path);
    const text = mine === old ? other : mine;
    if (text !== undefined) files.set(path, text);
  }
  return conflicts.length > 0 ? err(conflicts.sort()) : ok(makeCommit([ours, theirs], files, message));
};

/** The merge of several tips, one after the other. */
export const mergeAll = (
  tips: readonly { readonly name: string; readonly commit: MemoryCommit }[],
  into: string,
): Result<MemoryCommit, readonly string[]> => {
  const [first, ...others] = tips;
  if (first === undefined) throw new SyncError('worktree-failed', 'There is no branch to build upon.');
  let merge = first.commit;
  for (const { name, commit } of others) {
    const next = mergeCommits(merge, commit, `Merge ${name} into ${into}`);
    if (!next.ok) return next;
    merge = next.value;
  }
  return ok(merge);
};

/** A common ancestor that no other one descends from. With a commit its ancestors are common too, so parents tell. */
const mergeBase = (ours: MemoryCommit, theirs: MemoryCommit): MemoryCommit | undefined => {
  const others = new Set(history(theirs));
  const common = history(ours).filter((commit) => others.has(commit));
  const older = new Set(common.flatMap(({ parents }) => parents));
  return common.find((commit) => !older.has(commit));
};
