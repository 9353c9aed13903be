/** What the surrounding machine gives: time, randomness, identifiers, hashing, a place for messages. */

/** Wall-clock time. */
export interface WallClock {
  /** Milliseconds since 1970-01-01 UTC. May jump in both directions; never used for order. */
  nowMs(): number;
}

/** Waiting that can be controlled in tests. */
export interface Timer {
  /** Resolves after `ms` milliseconds or as soon as the signal aborts, whichever is first; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Unpredictable values. */
export interface Randomness {
  /** Uniform in [0, 1). */
  next(): number;
  /** A random UUID, version 4. */
  uuid(): string;
}

/** Mints event ids. */
export interface EventIdSource {
  /** A new ULID, greater than every earlier one of this process. */
  next(): string;
}

/** One-way hashing of text. */
export interface Hash {
  /** SHA-256 of the UTF-8 bytes, lower-case hex. */
  sha256(text: string): string;
}

/** What identifies the machine. Every value is stable over restarts except the boot id. */
export interface Machine {
  readonly hostname: string;
  readonly username: string;
  /** The operating system's machine id, where it has one. */
  readonly machineId?: string | undefined;
  /** Changes with every start of the kernel, where the kernel says so. */
  readonly bootId?: string | undefined;
  readonly homeDirectory: string;
}

/** Where people read pages. */
export interface Browser {
  /** Shows an http address in a browser of its own. `false`: there is none in front of this person. Never rejects. */
  open(url: string): Promise<boolean>;
}

/** What a message is about: who, where, why. */
export type LogFields = Readonly<Record<string, string | number | undefined>>;

/** Messages for people and for diagnosis; never payloads, never tokens. */
export interface Log {
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string): void;
}
