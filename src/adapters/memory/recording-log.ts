import type { Log } from '../../ports/host.js';

export interface LogEntry {
  readonly level: 'warn' | 'info' | 'debug';
  readonly message: string;
}

/** Keeps messages instead of showing them. */
export class RecordingLog implements Log {
  #entries: readonly LogEntry[] = [];

  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  /** The messages of one level. */
  messages(level: LogEntry['level']): readonly string[] {
    return this.#entries.filter((entry) => entry.level === level).map((entry) => entry.message);
  }

  warn(message: string): void {
    this.#add('warn', message);
  }

  info(message: string): void {
    this.#add('info', message);
  }

  debug(message: string): void {
    this.#add('debug', message);
  }

  #add(level: LogEntry['level'], message: string): void {
    this.#entries = [...this.#entries, { level, message }];
  }
}
