import type { Log, LogFields } from '../../ports/host.js';

/** Where lines go; `process.stderr` is one. */
export interface LineSink {
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
    this.#write(`warning: ${withFields(message, fields)}`);
  }

  info(message: string, fields?: LogFields): void {
    this.#write(withFields(message, fields));
  }

  debug(message: string): void {
    if (this.#verbose) this.#write(`debug: ${message}`);
  }

  #write(message: string): void {
    try {
      this.#sink.write(`${message.replace(INVISIBLE, escaped)}\n`);
    } catch {
      // Whoever read our messages is gone; the work goes on without them.
    }
  }
}

/** Values are JSON, so that none of them can look like another field. */
const withFields = (message: string, fields: LogFields = {}): string =>
  [
    message,
    ...Object.entries(fields).flatMap(([name, value]) =>
      value === undefined ? [] : `${name}=${JSON.stringify(value)}`,
    ),
  ].join(' ');

/** Control and format characters, among them those that reverse the direction of text, and lone surrogates. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const escaped = (character: string): string => {
  const code = character.codePointAt(0) ?? 0;
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
};
