import { SyncError } from '../../domain/errors.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { Repository, WorktreeRequest } from '../../ports/work.js';
import type { Checkout, Head, HeldRepository } from '../../ports/events.js';
import {
  isAncestor,
  makeCommit,
  mergeAll,
  mergeCommits,
  squashedInto,
  type MemoryCommit,
} from './memory-history.js';
import { MemoryLock } from './memory-lock.js';
import type { MemoryWorkTree } from './memory-work-tree.js';

export interface MemoryRepositoryOptions {
  /** Root of the main checkout. */
  readonly root: string;
  readonly files: MemoryWorkTree;
  /** Default `main`. */
  readonly branch?: string;
  readonly originUrl?: string;
  /** `false`: a project that `.kittify` alone marks. */
  readonly underGit?: boolean;
}

/** One repository that lives as long as this object: branches, worktrees and a lock, but no index and no hooks. */
export class MemoryRepository implements Repository {
  readonly #options: MemoryRepositoryOptions;
  readonly #main: Checkout;
  readonly #branches = new Map<string, MemoryCommit>();
  /** Branch by root; a detached work tree has none. */
  readonly #heads = new Map<string, string | undefined>();
  readonly #made = new Set<string>();
  /** `branch id` of what was committed there, as a reflog tells it. */
  readonly #committed = new Set<string>();
  readonly #lock = new MemoryLock();
  #detachedAt: MemoryCommit | undefined;

  constructor(options: MemoryRepositoryOptions) {
    this.#options = options;
    const { root } = options;
    const git = options.underGit === false ? {} : { commonDir: `${root}/.git`, gitDir: `${root}/.git` };
    this.#main = { root, projectRoot: root, ...git };
    this.#heads.set(root, options.branch ?? 'main');
  }

  async locate(directory: string): Promise<Checkout | undefined> {
    const roots = [...this.#heads.keys()].sort((a, b) => b.length - a.length);
    const root = roots.find((each) => directory === each || directory.startsWith(`${each}/`));
    if (root === undefined || root === this.#main.root) return root === undefined ? undefined : this.#main;
    return {
      ...this.#main,
      root,
      gitDir: `${this.#main.root}/.git/worktrees/${root.slice(root.lastIndexOf('/') + 1)}`,
    };
  }

  async head(checkout: Checkout): Promise<Head> {
    if (checkout.commonDir === undefined || !this.#heads.has(checkout.root)) return {};
    const branch = this.#heads.get(checkout.root);
    const commit = branch === undefined ? this.#detachedAt : this.#branches.get(branch);
    return {
      ...(branch === undefined ? {} : { branch }),
      ...(commit === undefined ? {} : { commit: commit.id }),
    };
  }

  async originUrl(): Promise<string | undefined> {
    return this.#options.originUrl;
  }

  async exclusive<T>(
    checkout: Checkout,
    work: (held: HeldRepository) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    return this.#lock.exclusive(() => work({ checkout }), signal);
  }

  async tryExclusive<T>(
    checkout: Checkout,
    work: (held: HeldRepository) => Promise<T>,
  ): Promise<{ readonly ran: true; readonly value: T } | 'busy'> {
    return this.#lock.tryExclusive(() => work({ checkout }));
  }

  async commitObstacle(): Promise<string | undefined> {
    return this.#heads.get(this.#main.root) === undefined ? DETACHED : undefined;
  }

  async commit(
    _held: HeldRepository,
    paths: readonly string[],
    message: string,
  ): Promise<Result<string, string>> {
    const branch = this.#heads.get(this.#main.root);
    if (branch === undefined) return err(DETACHED);
    const parent = this.#branches.get(branch);
    const files = new Map(parent?.files);
    for (const path of paths) {
      const text = this.#options.files.text(this.#main.root, path);
      if (text === undefined && !files.delete(path)) return err(`pathspec '${path}' did not match any file`);
      if (text !== undefined) files.set(path, text);
    }
    const commit = makeCommit(parent === undefined ? [] : [parent], files, message);
    this.#branches.set(branch, commit);
    this.#committed.add(`${branch} ${commit.id}`);
    return ok(commit.id);
  }

  async isUncommitted(checkout: Checkout, path: string): Promise<boolean> {
    return (await this.dirtyPaths(checkout.projectRoot)).includes(path);
  }

  async fileAtTip(_checkout: Checkout, branch: string, path: string): Promise<string | undefined> {
    return this.#branches.get(branch)?.files.get(path);
  }

  async dirtyPaths(directory: string): Promise<readonly string[]> {
    const branch = this.#heads.get(directory);
    const committed =
      (branch === undefined ? this.#detachedAt : this.#branches.get(branch))?.files ?? new Map();
    const { files } = this.#options;
    // A new work tree has what its branch has until something is written there.
    if (directory !== this.#main.root && files.paths(directory).length === 0) return [];
    const paths = new Set([...committed.keys(), ...files.paths(directory)]);
    return [...paths].filter((path) => files.text(directory, path) !== committed.get(path)).sort();
  }

  async branchTip(_checkout: Checkout, branch: string): Promise<string | undefined> {
    return this.#branches.get(branch)?.id;
  }

  async isMerged(_checkout: Checkout, branch: string, into: string): Promise<boolean> {
    const [tip, target] = [this.#branches.get(branch), this.#branches.get(into)];
    if (tip === undefined || target === undefined) return false;
    if (isAncestor(tip, target)) return true;
    if (squashedInto(target).some((squashed) => isAncestor(tip, squashed))) return true;
    const merged = mergeCommits(target, tip, '');
    return merged.ok && isSameContent(merged.value.files, target.files);
  }

  async mergedBranches(
    checkout: Checkout,
    branches: readonly string[],
    into: string,
  ): Promise<ReadonlySet<string>> {
    const are = await Promise.all(branches.map((branch) => this.isMerged(checkout, branch, into)));
    return new Set(branches.filter((_, at) => are[at]));
  }

  async hasOwnCommits(_checkout: Checkout, branch: string, base: string): Promise<boolean> {
    const [tip, from] = [this.#branches.get(branch), this.#branches.get(base)];
    return tip !== undefined && from !== undefined && !isAncestor(tip, from);
  }

  async addWorktree(_held: HeldRepository, request: WorktreeRequest): Promise<'made' | 'existing'> {
    const { path, branch } = request;
    if (this.#heads.has(path) && this.#heads.get(path) === branch) return 'existing';
    if (this.#heads.has(path))
      throw new SyncError('worktree-failed', `${path} is a worktree of another branch.`);
    if ([...this.#heads.values()].includes(branch)) {
      throw new SyncError('worktree-failed', `The branch ${branch} is checked out elsewhere.`);
    }
    const tip = this.#branches.get(branch) ?? this.#branches.get(request.base);
    if (tip === undefined)
      throw new SyncError('worktree-failed', `There is no branch ${request.base} to start from.`);
    if (!this.#branches.has(branch)) this.#made.add(branch);
    this.#branches.set(branch, tip);
    this.#heads.set(path, branch);
    return 'made';
  }

  async removeWorktree(_held: HeldRepository, { path, branch }: WorktreeRequest): Promise<void> {
    this.#heads.delete(path);
    this.#options.files.clear(path);
    if (this.#made.delete(branch)) this.#branches.delete(branch);
  }

  async retireWorktree(_held: HeldRepository, path: string): Promise<Result<undefined, string>> {
    if ((await this.dirtyPaths(path)).length > 0) return err('it contains modified or untracked files');
    this.#heads.delete(path);
    this.#options.files.clear(path);
    return ok(undefined);
  }

  async retireBranch(_held: HeldRepository, branch: string): Promise<Result<undefined, string>> {
    if (this.rootOf(branch) !== undefined) return err(`${branch} is checked out`);
    this.#branches.delete(branch);
    return ok(undefined);
  }

  async makeMergeBranch(
    _held: HeldRepository,
    name: string,
    branches: readonly string[],
  ): Promise<Result<string, readonly string[]>> {
    const tips = branches.map((branch) => ({ name: branch, commit: this.#tip(branch) }));
    const merged = mergeAll(tips, name);
    if (!merged.ok) return merged;
    const merge = merged.value;
    const standing = this.#branches.get(name);
    if (standing !== undefined && isAncestor(merge, standing)) return ok(standing.id);
    if (standing === undefined) this.#made.add(name);
    this.#branches.set(name, merge);
    return ok(merge.id);
  }

  async removeMergeBranch(_held: HeldRepository, name: string): Promise<void> {
    if (this.#made.delete(name)) this.#branches.delete(name);
  }

  /** Nothing to do: memory lists no untracked work trees. */
  async exclude(): Promise<() => Promise<void>> {
    return async () => undefined;
  }

  /** Commits files on a branch as its own work tree would; the branch starts at the main checkout's when it is new. */
  commitOn(branch: string, files: Readonly<Record<string, string>>): void {
    const start = this.#branches.get(branch) ?? this.#branches.get(this.#heads.get(this.#main.root) ?? '');
    const all = new Map([...(start?.files ?? []), ...Object.entries(files)]);
    const commit = makeCommit(start === undefined ? [] : [start], all, branch);
    this.#branches.set(branch, commit);
    this.#committed.add(`${branch} ${commit.id}`);
  }

  /** Puts the main checkout on a branch, or on none; its files stay as they are. */
  switchTo(branch: string | undefined): void {
    this.#detachedAt = this.#branches.get(this.#heads.get(this.#main.root) ?? '');
    this.#heads.set(this.#main.root, branch);
  }

  tipOf(branch: string): MemoryCommit | undefined {
    return this.#branches.get(branch);
  }

  /** The commit of an id, if a branch is there. */
  commitOf(id: string): MemoryCommit | undefined {
    return [...this.#branches.values()].find((commit) => commit.id === id);
  }

  /** The work tree that has a branch checked out. */
  rootOf(branch: string): string | undefined {
    return [...this.#heads].find(([, checkedOut]) => checkedOut === branch)?.[0];
  }

  /** Every branch that is checked out, with its root. */
  checkedOut(): readonly (readonly [branch: string, root: string])[] {
    return [...this.#heads].flatMap(([root, branch]) =>
      branch === undefined ? [] : [[branch, root] as const],
    );
  }

  wasCommittedOn(branch: string, commit: MemoryCommit): boolean {
    return this.#committed.has(`${branch} ${commit.id}`);
  }

  /** Moves a branch, and the files of its work tree that differ between the two commits. */
  moveTo(branch: string, commit: MemoryCommit): void {
    const before = this.#branches.get(branch)?.files ?? new Map<string, string>();
    this.#branches.set(branch, commit);
    const root = this.rootOf(branch);
    if (root === undefined) return;
    for (const path of new Set([...before.keys(), ...commit.files.keys()])) {
      const text = commit.files.get(path);
      if (text === before.get(path)) continue;
      if (text === undefined) this.#options.files.remove(root, path);
      else this.#options.files.write(root, path, text);
    }
  }

  #tip(branch: string): MemoryCommit {
    const tip = this.#branches.get(branch);
    if (tip === undefined) throw failed(`There is no branch ${branch} to start from.`);
    return tip;
  }
}

const isSameContent = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean =>
  a.size === b.size && [...a].every(([path, text]) => b.get(path) === text);

const failed = (message: string): SyncError => new SyncError('worktree-failed', message);

const DETACHED = 'HEAD is detached, so the commit would belong to no branch';
