import type * as FileSystem from 'node:fs';
import { tally } from './tally.js';

/** What goes wrong at the n-th call that changes or opens a file, counted from 0. */
export type DiskFault =
  /** The process dies there: a write is cut off, and nothing that it does afterwards has any effect. */
  | { readonly fault: 'dies'; readonly at: number; readonly cut: number }
  /** That call alone fails. */
  | { readonly fault: 'fails'; readonly at: number; readonly code: string }
  /** From there on nothing can be written any more. */
  | { readonly fault: 'full'; readonly at: number };

export class ProcessDied extends Error {
  override readonly name = 'ProcessDied';
}

/** The disk under the code under test: real, and faulty when it is told to be. */
export class FaultyDisk {
  #fault: DiskFault | undefined;
  #calls = 0;
  #isDead = false;
  /** The call that failed or at which the process died, if there was one. */
  struck: string | undefined;

  arm(fault: DiskFault | undefined): void {
    this.#fault = fault;
    this.#calls = 0;
    this.#isDead = false;
    this.struck = undefined;
  }

  /** Whether the process died, so that nothing has any effect. */
  get isDead(): boolean {
    return this.#isDead;
  }

  /** Work of the test itself, which meets no fault and is not counted. */
  async aside<T>(work: () => Promise<T>): Promise<T> {
    const fault = this.#fault;
    this.#fault = undefined;
    try {
      return await work();
    } finally {
      this.#fault = fault;
    }
  }

  /** Counts the fault that struck. */
  note(): void {
    if (this.struck !== undefined) tally(`disk: ${this.#fault?.fault} at ${this.struck}`);
  }

  /** The file system with the faults in it. Syncs to disk change nothing here and cost much, so they are left out. */
  over(real: typeof FileSystem): typeof FileSystem {
    const faulty: Record<string, unknown> = { ...real };
    for (const name of CHANGING) {
      const call = real[name] as (...args: unknown[]) => unknown;
      faulty[name] = (...args: unknown[]) => {
        this.#strike(name, () => (name === 'writeSync' ? this.#writePart(real.writeSync, args) : undefined));
        return SYNCS.has(name) ? undefined : call(...args);
      };
    }
    for (const name of READING) {
      const call = real[name] as (...args: unknown[]) => unknown;
      faulty[name] = (...args: unknown[]) => {
        if (this.#isDead) throw new ProcessDied('it is dead');
        return call(...args);
      };
    }
    return { ...faulty, default: faulty } as unknown as typeof FileSystem;
  }

  #strike(name: string, last: () => void): void {
    if (this.#isDead) throw new ProcessDied('it is dead');
    const fault = this.#fault;
    if (fault === undefined) return;
    const call = this.#calls++;
    switch (fault.fault) {
      case 'dies':
        if (call !== fault.at) return;
        last();
        this.#isDead = true;
        this.struck = name;
        throw new ProcessDied(`killed at ${name}`);
      case 'fails':
        if (call !== fault.at) return;
        this.struck = name;
        throw failure(fault.code, name);
      case 'full':
        if (call < fault.at || !FILLING.has(name)) return;
        this.struck = name;
        throw failure('ENOSPC', name);
    }
  }

  #writePart(write: typeof FileSystem.writeSync, args: readonly unknown[]): void {
    if (this.#fault?.fault !== 'dies') return;
    const [descriptor, bytes, offset, length] = args as [number, Uint8Array, number, number];
    const part = Math.floor(length * this.#fault.cut);
    if (part > 0) write(descriptor, bytes, offset, part);
  }
}

const SYNCS = new Set(['fsyncSync', 'fdatasyncSync']);
const FILLING = new Set(['writeSync', 'mkdirSync']);
const CHANGING = [
  'openSync',
  'writeSync',
  'fsyncSync',
  'fdatasyncSync',
  'renameSync',
  'ftruncateSync',
  'unlinkSync',
  'mkdirSync',
] as const;
const READING = ['readFileSync', 'readSync', 'readdirSync', 'fstatSync'] as const;

const failure = (code: string, syscall: string): Error =>
  Object.assign(new Error(`${code}: ${syscall}`), { code, syscall });
