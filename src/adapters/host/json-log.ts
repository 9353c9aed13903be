import type { Log, LogFields, WallClock } from '../../ports/host.js';
import type { LineSink } from './stderr-log.js';

/** Messages for programs that gather them: each line is a JSON object with time, level, message, and what it is about. */
export class JsonLog implements Log {
  readonly #sink: LineSink;
  readonly #clock: WallClock;

  constructor(sink: LineSink, clock: WallClock) {
    this.#sink = sink;
    this.#clock = clock;
  }

  warn(message: string, fields?: LogFields): void {
    this.#write('warn', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#write('info', message, fields);
  }

  debug(): void {
    // Nobody asks for it.
  }

  #write(level: string, message: string, fields: LogFields = {}): void {
    const time = new Date(this.#clock.nowMs()).toISOString();
    try {
      this.#sink.write(`${JSON.stringify({ time, level, message, ...fields })}\n`);
    } catch {
      // Whoever read our messages is gone; the work goes on without them.
    }
  }
}
