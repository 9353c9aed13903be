import { readFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { homeDirectory } from '../fs/state-root.js';
import type { Machine } from '../../ports/host.js';

/**
 * This machine and user, read once. Machine id and boot id come from Linux's own
 * files: elsewhere they would cost a child process in every command, so they are unknown there.
 */
export class NodeMachine implements Machine {
  readonly homeDirectory = homeDirectory() ?? '';
  readonly hostname = hostname();
  readonly username = currentUser();
  readonly machineId?: string;
  readonly bootId?: string;

  constructor(files: MachineFiles = LINUX_FILES) {
    const machineId = firstLine(files.machineId);
    const bootId = firstLine(files.bootId);
    if (machineId !== undefined) this.machineId = machineId;
    if (bootId !== undefined) this.bootId = bootId;
  }
}

/** Where the ids are; of several places the first that has one counts. */
interface MachineFiles {
  readonly machineId: readonly string[];
  readonly bootId: readonly string[];
}

const LINUX_FILES: MachineFiles = {
  machineId: ['/etc/machine-id', '/var/lib/dbus/machine-id'],
  bootId: ['/proc/sys/kernel/random/boot_id'],
};

/** What images write into the machine id's file until the first boot. */
const NOT_SET = new Set(['', 'uninitialized']);

const firstLine = (paths: readonly string[]): string | undefined => {
  for (const path of paths) {
    const line = readText(path)?.split('\n', 1)[0]?.trim() ?? '';
    if (!NOT_SET.has(line)) return line;
  }
  return undefined;
};

const readText = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/** In a container the user may have a number but no name. */
const currentUser = (): string => {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
};
