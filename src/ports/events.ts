import type { ConfigReading } from '../domain/events/project-config.js';
import type { MachineSettingKey } from '../domain/events/settings.js';
import type { Issue } from '../domain/result.js';

/** A value of the project's config that shall be set; `path` is the chain of keys (`['project', 'uuid']`). */
export interface ConfigEdit {
  readonly path: readonly string[];
  readonly value: string | boolean;
}

/** `.kittify/config.yaml` of a project: tracked by git, owned by people, edited in place. */
export interface ConfigStore {
  /** What the file says. Never throws for a missing or broken file: that is a reading. */
  read(projectRoot: string): Promise<ConfigReading>;
  /**
   * Reads again, lets `decide` look, and makes its edits durable in one atomic write; comments, order, unknown keys
   * and file mode survive. No edits → the file is not touched. The held repository is the proof that no other
   * process edits it meanwhile. Fails with `config-not-writable`, leaving the file as it was.
   */
  update(
    held: HeldRepository,
    decide: (current: ConfigReading) => readonly ConfigEdit[],
  ): Promise<ConfigReading>;
  /** Sets a file that cannot be understood aside as `config.yaml.broken-<n>`; returns that name. */
  setAside(held: HeldRepository): Promise<string>;
}

/** What a user set for all projects of this state root (`config.toml`). Absent keys have defaults in the domain. */
export interface SettingsReading {
  readonly serverUrl?: string;
  readonly maxQueueSize?: number;
  readonly minBatchIntervalSeconds?: number;
  readonly lingerSeconds?: number;
  readonly retainDays?: number;
  /** Unknown keys and unusable values, for a warning. */
  readonly issues: readonly Issue[];
}

export interface SettingsStore {
  /** Never throws for a missing or broken file: an unreadable one is an issue and everything is default. */
  read(): Promise<SettingsReading>;
  /** Sets a value in place, keeping everything else byte for byte. */
  set(key: MachineSettingKey, value: string | number): Promise<void>;
}

/** What is remembered of one checkout of this machine, in the state root. */
export interface CheckoutMemory {
  /** Real path of the checkout's project root. */
  readonly path: string;
  readonly projectUuid?: string;
  readonly projectSlug?: string;
  /** Last readable value of `sync.share`. */
  readonly share?: boolean;
  /** Whether the config could be read when it was last looked at. */
  readonly configReadable?: boolean;
}

/** What the user said about sharing a project on this machine. */
export type SharingPreference = 'on' | 'off';

/** The checkouts and preferences of this state root. */
export interface CheckoutRegistry {
  /** What is remembered of the checkout at this path, if anything. */
  recall(path: string): Promise<CheckoutMemory | undefined>;
  /** Remembers; writes only when something changed. Last writer wins. */
  remember(memory: CheckoutMemory): Promise<void>;
  list(): Promise<readonly CheckoutMemory[]>;
  /** Forgets the checkout at this path; nothing happens when it is not known. */
  forget(path: string): Promise<void>;
  /** `undefined` = the user never said. */
  preference(projectUuid: string): Promise<SharingPreference | undefined>;
  setPreference(projectUuid: string, preference: SharingPreference): Promise<void>;
}

/** What is known of the node's Lamport clock. */
export interface LamportReading {
  readonly value: number;
  readonly nodeId: string;
  /** Why the clock had to be rebuilt from the outboxes just now, if it was. Said once. */
  readonly rebuilt?: string;
}

/** The persisted Lamport clock of this machine and user, shared by all processes and projects. */
export interface LamportStore {
  /** The present reading. Rebuilds a missing or unreadable clock above every captured event; never goes back. */
  read(): Promise<LamportReading>;
  /**
   * Replaces the value by what `decide` makes of it, under the cross-process lock; callers may race, in one process
   * and across processes. A value that is not greater than the present one leaves the clock untouched.
   * Fails with `lock-busy` when the lock cannot be had within its bounded wait.
   */
  update(decide: (value: number) => number): Promise<LamportReading>;
}

/** One work tree of a repository, as files on disk show it. */
export interface Checkout {
  /** Root of the work tree in which the command was called (a linked worktree stays itself). */
  readonly root: string;
  /** Root of the main checkout: where identity and `kitty-specs/` live. */
  readonly projectRoot: string;
  /** Git's common directory; absent outside git, where `.kittify` alone marks the project. */
  readonly commonDir?: string;
  /** This work tree's own git directory. */
  readonly gitDir?: string;
  /** Git directory of the main checkout where it is not the common one: the repository is bare, and a work tree stands for it. */
  readonly projectGitDir?: string;
}

/** Where a work tree stands. Absent: an unborn branch has no commit, a detached HEAD has no branch. */
export interface Head {
  readonly branch?: string;
  readonly commit?: string;
}

/** Proof that this process holds the repository's lock: what edits tracked files asks for it. */
export interface HeldRepository {
  readonly checkout: Checkout;
}

/** Where a repository is, what its checkouts stand on, and its lock. Read from git's own files where that is possible. */
export interface RepositoryPlace {
  /** The checkout that `directory` lies in, found by walking up; `undefined` outside every project. */
  locate(directory: string): Promise<Checkout | undefined>;
  /** Branch and commit of the checkout, or of its main one; from git's files where these tell. Never throws. */
  head(checkout: Checkout, of?: 'main'): Promise<Head>;
  /** URL of `origin`; `undefined` when there is none. Never throws. */
  originUrl(checkout: Checkout): Promise<string | undefined>;
  /**
   * Runs `work` while no other process works in this repository. Waits in turn for those who came before, up to a bound,
   * then fails with `lock-busy` and nothing has happened; called by a hook of the command at work it fails at once. The lock goes with the process, however it ends; a branch whose move it then left
   * half-way is brought to one of the two ends first, so that `work` finds a whole state.
   */
  exclusive<T>(
    checkout: Checkout,
    work: (held: HeldRepository) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>;
  /** The same with one try and no waiting. */
  tryExclusive<T>(
    checkout: Checkout,
    work: (held: HeldRepository) => Promise<T>,
  ): Promise<{ readonly ran: true; readonly value: T } | 'busy'>;
}
