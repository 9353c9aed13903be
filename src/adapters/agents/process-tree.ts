import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A program with everything that it started. Agents run their tools in sessions of their own, which a signal to one
 * process group does not reach; so the members are looked up again before each signal.
 */
export class ProcessTree {
  readonly #name: TreeName;
  readonly #platform: NodeJS.Platform;

  constructor(name: TreeName, platform: NodeJS.Platform = process.platform) {
    this.#name = name;
    this.#platform = platform;
  }

  /** Process ids of those that still run; elsewhere than on Linux only as far as they descend from the leader. */
  members(): readonly number[] {
    const { leader } = this.#name;
    if (this.#platform === 'linux') return membersOnLinux(this.#name);
    if (leader === undefined) return [];
    return this.#platform === 'win32' ? (send(leader, 0) ? [leader] : []) : membersByPs(leader);
  }

  /**
   * Asks all members to end, and ends those that are left after `graceMs`. Resolves when none is left, or when none of
   * those that are left can be ended by us.
   */
  async end(graceMs: number): Promise<void> {
    if (this.#signal('SIGTERM').length === 0) return;
    if (await this.#isGoneWithin(graceMs)) return;
    for (let round = 0; round < KILL_ROUNDS; round++) {
      this.#signal('SIGKILL');
      if (await this.#isGoneWithin(KILL_WAIT_MS)) return;
    }
  }

  #signal(signal: 'SIGTERM' | 'SIGKILL'): readonly number[] {
    const { leader } = this.#name;
    const members = this.members();
    if (this.#platform === 'win32') {
      if (members.length > 0 && leader !== undefined) taskkill(leader, signal === 'SIGKILL');
      return members;
    }
    // One signal for each: some programs take a second request to end for impatience.
    for (const member of members) send(member, signal);
    // Whoever was started since the members were looked up is in the group at least.
    if (signal === 'SIGKILL' && leader !== undefined && members.length > 0) send(-leader, signal);
    return members;
  }

  async #isGoneWithin(ms: number): Promise<boolean> {
    for (let waitedMs = 0; this.members().length > 0; waitedMs += PAUSE_MS) {
      if (waitedMs >= ms) return false;
      await sleep(PAUSE_MS);
    }
    return true;
  }
}

const PAUSE_MS = 50;
const KILL_ROUNDS = 5;
const KILL_WAIT_MS = 1000;

/** Whether it was there; it may have ended meanwhile, or belong to somebody else. */
const send = (target: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(target, signal);
  } catch {
    return false;
  }
};

/**
 * Looked for beside Node and not where the command was called. Without force, Windows only asks windows to close, which a console program has none of; it is tried all
 * the same.
 */
const taskkill = (leader: number, force: boolean): void => {
  spawnSync('taskkill', ['/pid', String(leader), '/T', ...(force ? ['/F'] : [])], {
    cwd: dirname(process.execPath),
    stdio: 'ignore',
    windowsHide: true,
  });
};

/** The processes of a tree as `ps` knows them; empty when there is none, or no `ps`. */
const membersByPs = (leader: number): readonly number[] => {
  const { stdout } = spawnSync('ps', ['-axo', 'pid=,ppid=,pgid=,stat='], {
    // A folder of PATH that is not absolute is then none of a repository.
    cwd: '/',
    encoding: 'utf8',
  });
  return membersIn(stdout ?? '', leader);
};

/**
 * The leader, its process group and all that descend from either, in lines of `pid ppid pgid state`. A process that has
 * ended and was not collected yet is none.
 */
export const membersIn = (listing: string, leader: number): readonly number[] => {
  const processes = listing.split('\n').flatMap((line) => {
    const [pid, parent, group, state] = line.trim().split(/\s+/);
    return state === undefined || state.startsWith('Z') ? [] : [[pid, parent, group].map(Number)];
  });
  const members = new Set<number>();
  // A child may stand before its parent: looked at again until a whole round adds nobody.
  for (let before = -1; before !== members.size;) {
    before = members.size;
    for (const [pid = 0, parent = 0, group = 0] of processes)
      if (pid === leader || group === leader || members.has(parent)) members.add(pid);
  }
  return [...members];
};

/** How the processes of a tree are recognised: by the one that leads their session, by a mark in their environment, or both. */
export interface TreeName {
  readonly leader?: number;
  /** The beginning of an environment entry that every member inherits, `NAME=value`. */
  readonly mark?: string;
}

/**
 * The processes that belong to the tree, without this one. A process that has ended and was not collected yet is none.
 * Whoever clears its environment *and* begins a session of its own is not recognised; nothing on Linux would tell.
 */
const membersOnLinux = (tree: TreeName): readonly number[] =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid && belongsTo(tree, entry))
    .map(Number);

const belongsTo = ({ leader, mark }: TreeName, entry: string): boolean => {
  const stat = readQuietly(entry, 'stat');
  // The name of the program stands in parentheses and may hold any character, a closing one included.
  const [state = '', , group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (/^[ZX]?$/.test(state)) return false;
  if (leader !== undefined && [entry, group, session].includes(String(leader))) return true;
  return mark !== undefined && `\0${readQuietly(entry, 'environ')}`.includes(`\0${mark}`);
};

/** Nothing of a process that ended while we looked, or that belongs to somebody else. */
const readQuietly = (entry: string, name: string): string => {
  try {
    return readFileSync(`/proc/${entry}/${name}`, 'latin1');
  } catch {
    return '';
  }
};
