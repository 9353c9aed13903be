import { createHash, randomInt, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { monotonicFactory } from 'ulid';
import type { EventIdSource, Hash, Machine, Randomness, Timer, WallClock } from '../../ports/host.js';
import { homeDirectory } from '../fs/state-root.js';
import { attempt } from '../fs/storage-failure.js';

/** The machine's wall clock. */
export class SystemWallClock implements WallClock {
  nowMs(): number {
    return Date.now();
  }
}

/** Real waiting, which keeps the process alive. */
export class NodeTimer implements Timer {
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const deadline = performance.now() + Math.max(0, ms);
    // One timer of Node cannot wait longer; a longer one would fire at once.
    for (let left = ms; left > 0 && signal?.aborted !== true; left = deadline - performance.now())
      await delay(Math.min(left, LONGEST_WAIT_MS), undefined, { signal }).catch(() => undefined);
  }
}

const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** The operating system's randomness. */
export class CryptoRandomness implements Randomness {
  next(): number {
    return randomFraction();
  }

  uuid(): string {
    return randomUUID();
  }
}

/** Of the system's randomness, which Node fetches in portions. */
const randomFraction = (): number => randomInt(RESOLUTION) / RESOLUTION;

/** Half the largest range that `randomInt` takes, so that every quotient is exact. */
const RESOLUTION = 2 ** 47;

export class CryptoHash implements Hash {
  sha256(text: string): string {
    return createHash('sha256').update(text, 'utf8').digest('hex');
  }
}

/** ULIDs that grow within the process, also when the wall clock stands still or goes back. */
export class UlidEventIdSource implements EventIdSource {
  readonly #clock: WallClock;
  // The source that the package looks for by itself is the browser's, which takes Node longer to load than all the ids.
  readonly #mint = monotonicFactory(randomFraction);

  constructor(clock: WallClock) {
    this.#clock = clock;
  }

  next(): string {
    return this.#mint(this.#clock.nowMs());
  }
}

/**
 * This machine and user, read once. Machine id and boot id come from Linux's own
 * files: elsewhere they would cost a child process in every command, so they are unknown there.
 */
export class NodeMachine implements Machine {
  readonly homeDirectory = homeDirectory() ?? '';
  readonly hostname = hostname();
  readonly username = currentUser();
  readonly machineId: string | undefined;
  readonly bootId: string | undefined;

  constructor(files: typeof LINUX_FILES = LINUX_FILES) {
    this.machineId = firstLine(files.machineId);
    this.bootId = firstLine(files.bootId);
  }
}

/** Where the ids are; of several places the first that has one counts. */
const LINUX_FILES: Readonly<Record<'machineId' | 'bootId', readonly string[]>> = {
  machineId: ['/etc/machine-id', '/var/lib/dbus/machine-id'],
  bootId: ['/proc/sys/kernel/random/boot_id'],
};

const firstLine = (paths: readonly string[]): string | undefined => {
  for (const path of paths) {
    const line = attempt(() => readFileSync(path, 'utf8').split('\n', 1)[0]?.trim()) ?? '';
    // Images have another word in the machine id's file until the first boot.
    if (line !== '' && line !== 'uninitialized') return line;
  }
  return undefined;
};

/** In a container the user may have a number but no name. */
const currentUser = (): string =>
  attempt(() => userInfo().username) ?? `uid-${process.getuid?.() ?? 'unknown'}`;
