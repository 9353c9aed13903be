import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { membersOnLinux, type TreeName } from './linux-processes.js';
import { membersByPs } from './ps-processes.js';

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
    return this.#platform === 'win32' ? (isThere(leader) ? [leader] : []) : membersByPs(leader);
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
    for (let waitedMs = 0, pauseMs = FIRST_PAUSE_MS; ; waitedMs += pauseMs) {
      if (this.members().length === 0) return true;
      if (waitedMs >= ms) return false;
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS, Math.max(1, ms - waitedMs));
      await sleep(pauseMs);
    }
  }
}

const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 100;
const KILL_ROUNDS = 5;
const KILL_WAIT_MS = 1000;

const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

const send = (target: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(target, signal);
  } catch {
    // It has ended meanwhile, or belongs to somebody else.
    return false;
  }
};

const isThere = (target: number): boolean => send(target, 0);

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
