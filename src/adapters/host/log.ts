import type { Log, LogFields, WallClock } from '../../ports/host.js';

/** Where lines go; `process.stderr` is one. */
interface LineSink {
  write(text: string): unknown;
}

/**
 * Messages on the standard error stream, one line each. Control characters, which a hub's words or a title may hold,
 * appear as visible escapes, so that no message can act on the terminal.
 */
export class StderrLog implements Log {
  readonly #sink: LineSink;
  readonly #verbose: boolean;

  constructor(sink: LineSink, { verbose = false }: { readonly verbose?: boolean } = {}) {
    this.#sink = sink;
    this.#verbose = verbose;
  }

  warn(message: string, fields?: LogFields): void {
    this.info(`warning: ${message}`, fields);
  }

  info(message: string, fields?: LogFields): void {
    writeLine(this.#sink, withFields(message, fields).replace(INVISIBLE, escaped));
  }

  debug(message: string): void {
    if (this.#verbose) this.info(`debug: ${message}`);
  }
}

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

  #write(level: string, message: string, fields?: LogFields): void {
    const time = new Date(this.#clock.nowMs()).toISOString();
    writeLine(this.#sink, JSON.stringify({ time, level, message, ...fields }));
  }
}

const writeLine = (sink: LineSink, line: string): void => {
  try {
    sink.write(`${line}\n`);
  } catch {
    // Whoever read our messages is gone; the work goes on without them.
  }
};

/** Values are JSON, so that none of them can look like another field. */
const withFields = (message: string, fields: LogFields = {}): string => {
  const told = Object.entries(fields).filter(([, value]) => value !== undefined);
  return [message, ...told.map(([name, value]) => `${name}=${JSON.stringify(value)}`)].join(' ');
};

/** Control and format characters, among them those that reverse the direction of text, and lone surrogates. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const escaped = (character: string): string => {
  const code = character.codePointAt(0) ?? 0;
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
};
