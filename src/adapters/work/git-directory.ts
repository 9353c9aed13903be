import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Checkout, Head } from '../../ports/events.js';
import { readPlainFile, textIfPlain } from '../fs/repository-file.js';
import { storageFailure, unlessAbsent } from '../fs/storage-failure.js';

/** Branch and commit as git's files show them; `unusual` when they are stored in a way that only git can read. */
export const readHead = (places: Record<'gitDir' | 'commonDir', string>): Head | 'unusual' => {
  const head = readLine(join(places.gitDir, 'HEAD'));
  if (head === undefined) return 'unusual';
  const ref = symbolicTarget(head);
  if (ref === undefined) return isObjectId(head) ? { commit: head } : 'unusual';
  // A branch that stands for another one: that one is checked out.
  if (symbolicTarget(readLine(join(places.commonDir, ref)) ?? '') !== undefined) return 'unusual';
  const commit = readRef(places.commonDir, ref);
  if (commit === 'unusual') return commit;
  const branch = branchNamed(ref);
  return { ...(branch !== undefined && { branch }), ...(commit !== undefined && { commit }) };
};

/** Commit of a reference by its full name; `undefined` when it does not exist. */
export const readRef = (commonDir: string, name: string): string | undefined | 'unusual' => {
  // The table format keeps a stand-in where loose references used to be.
  if (readLine(join(commonDir, 'refs', 'heads')) !== undefined) return 'unusual';
  let ref = name;
  for (let depth = 0; depth < MAX_DEPTH && isRefName(ref); depth++) {
    // A loose reference wins over the packed one. Git packs before it removes, so reading in this order misses none.
    const value = orUnusual(join(commonDir, ref), readLine) ?? readPackedRef(commonDir, ref);
    if (value === undefined) return undefined;
    const next = symbolicTarget(value);
    if (next === undefined) return isObjectId(value) ? value : 'unusual';
    ref = next;
  }
  return 'unusual';
};

export const BRANCHES = 'refs/heads/';

/** The branch that a full name of a reference names, if it names one. */
export const branchNamed = (ref: string | undefined): string | undefined =>
  ref?.startsWith(BRANCHES) === true ? ref.slice(BRANCHES.length) : undefined;

/** Branch that a work tree's own git directory has checked out, by the text of its HEAD alone. */
export const branchOfGitDir = (gitDir: string): string | undefined =>
  branchNamed(symbolicTarget(readLine(join(gitDir, 'HEAD')) ?? ''));

const MAX_DEPTH = 5;

/** What is there and cannot be read is for git to say: taken for absent, it would hide a commit. */
const orUnusual = (path: string, read: (path: string) => string | undefined): string | undefined =>
  read(path) ?? (existsSync(path) ? 'unusual' : undefined);

const readPackedRef = (commonDir: string, ref: string): string | undefined => {
  const packed = orUnusual(join(commonDir, 'packed-refs'), textIfPlain);
  if (packed === undefined || packed === 'unusual') return packed;
  const end = packed.indexOf(` ${ref}\n`);
  return end === -1 ? undefined : packed.slice(packed.lastIndexOf('\n', end) + 1, end);
};

const symbolicTarget = (line: string): string | undefined => /^ref:\s*(\S.*)$/.exec(line)?.[1];

const isObjectId = (text: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);

/** Names that stay inside the folder of references when they become paths. */
const isRefName = (name: string): boolean =>
  name.startsWith('refs/') && !name.split('/').some((part) => part === '' || part.startsWith('.'));

const readLine = (path: string): string | undefined => textIfPlain(path)?.split('\n', 1)[0]?.trim();

/** A work tree of a repository as git's files record it. */
export interface RecordedWorktree {
  /** Where it was made, or last moved to. */
  readonly path: string;
  /** Its own git directory. */
  readonly gitDir: string;
  /** Its directory is there. */
  readonly isPresent: boolean;
  /** Why it is locked; `undefined` when it is not. */
  readonly lock: string | undefined;
}

/** The work trees of a repository, the main checkout as the first where it has one. */
export const recordedWorktrees = ({
  commonDir,
  projectRoot,
  projectGitDir,
}: Checkout): readonly RecordedWorktree[] => {
  if (commonDir === undefined) return [];
  const linked = linkedWorktrees(commonDir);
  if (isBare(commonDir)) return linked;
  // Its git directory stands for one that nothing leads to.
  const path = projectGitDir === undefined ? projectRoot : commonDir;
  return [{ path, gitDir: commonDir, isPresent: true, lock: undefined }, ...linked];
};

/** Fails with `storage-failed` for what is there and cannot be read: a work tree that is overlooked loses a person's work. */
export const linkedWorktrees = (commonDir: string): readonly RecordedWorktree[] => {
  const folder = join(commonDir, 'worktrees');
  try {
    return orAbsent(() => readdirSync(folder))?.flatMap((name) => worktreeOf(join(folder, name)) ?? []) ?? [];
  } catch (error) {
    throw storageFailure(folder, error);
  }
};

const worktreeOf = (gitDir: string): RecordedWorktree | undefined => {
  const textOf = (file: string) => orAbsent(() => readPlainFile(join(gitDir, file)).toString('utf8').trim());
  const recorded = textOf('gitdir');
  if (recorded === undefined) return undefined;
  const pointer = resolve(gitDir, recorded);
  const isPresent = orAbsent(() => statSync(pointer)) !== undefined;
  const lock = textOf('locked');
  return { path: dirname(pointer), gitDir, isPresent, lock: lock === '' ? 'no reason given' : lock };
};

const orAbsent = <T>(read: () => T): T | undefined => unlessAbsent(read, undefined, ['ENOENT', 'ENOTDIR']);

/** One setting of a git config file. Section and key are lower case, the subsection between them is as written. */
interface GitSetting {
  /** `core.bare`, `remote.origin.url`. */
  readonly name: string;
  readonly value: string;
}

/** The settings of one config file in their order, without what it includes. Empty when it cannot be read. */
export const readGitConfig = (path: string): readonly GitSetting[] => parseGitConfig(textIfPlain(path) ?? '');

/** What a repository's own config says last, that of its main checkout included. */
export const settingOf = (commonDir: string, name: string): string | undefined =>
  ['config', 'config.worktree']
    .flatMap((file) => readGitConfig(join(commonDir, file)))
    .findLast((setting) => setting.name === name)?.value;

/**
 * Whether a repository is bare. Git's own answer, given in a work tree, is wrong once the setting was moved to the file
 * that belongs to the repository alone, as `git sparse-checkout` does.
 */
export const isBare = (commonDir: string): boolean => isSet(commonDir, 'core.bare');

export const isSet = (place: string, name: string): boolean =>
  /^(?:true|yes|on|1)$/i.test(settingOf(place, name) ?? '');

/** Reads git's config syntax. What it does not understand it passes over: git itself is the judge of the file. */
export const parseGitConfig = (text: string): readonly GitSetting[] => {
  const settings: GitSetting[] = [];
  let section = '';
  // A backslash at the end of a line continues it, unless another one takes its meaning.
  const joined = text.replace(/^\uFEFF/, '').replace(/(?<!\\)((?:\\\\)*)\\\r?\n/g, '$1');
  for (const line of joined.split(/\r?\n/)) {
    const [whole = '', name = '', subsection] = HEADER.exec(line) ?? [];
    if (name !== '') section = [name.toLowerCase(), ...asWritten(subsection)].join('.');
    const setting = SETTING.exec(line.slice(whole.length));
    if (setting === null || section === '') continue;
    const [, key = '', raw] = setting;
    const value = raw === undefined ? 'true' : unquote((VALUE.exec(raw)?.[0] ?? '').trimEnd());
    settings.push({ name: `${section}.${key.toLowerCase()}`, value });
  }
  return settings;
};

const HEADER = /^\s*\[\s*([A-Za-z0-9.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]/;
const SETTING = /^\s*([A-Za-z][A-Za-z0-9-]*)\s*(?:=\s*(.*))?$/;
/** Up to a comment. */
const VALUE = /^(?:"(?:[^"\\]|\\.)*"?|\\.|[^"\\#;])*/;

const asWritten = (subsection: string | undefined): readonly string[] =>
  subsection === undefined ? [] : [subsection.replace(/\\(.)/g, '$1')];

/** Drops quotes, resolves escapes. */
const unquote = (quoted: string): string =>
  quoted.replace(/\\(.)|"/g, (_, escaped: string | undefined) =>
    escaped === undefined ? '' : (ESCAPES[escaped] ?? escaped),
  );

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b' };
