import { hasColour, widthOf } from './io.js';
import type { Io, Sink } from './io.js';
import { fitted, toTerminal, yellow } from './render/text.js';
import type { Text } from './render/text.js';
import { toJsonDocument, visibleJson } from './render/visible.js';

interface TerminalOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly colour: boolean;
}

/** What a command says while it runs. Data goes to stdout, messages go to stderr, everything is escaped on its way. */
export type Terminal = ReturnType<typeof createTerminal>;

export const createTerminal = (io: Io, options: TerminalOptions) => {
  const outColour = hasColour(io.stdout, io.env, options.colour);
  const errColour = hasColour(io.stderr, io.env, options.colour);
  /** The lines of progress that stand on the terminal. */
  let drawn: readonly string[] = [];
  const erasure = (): string => {
    const { length } = drawn;
    drawn = [];
    return length > 0 ? `\x1b[${length}A\r\x1b[J` : '';
  };
  const write = (sink: Sink, text: string): void => {
    const gone = erasure();
    if (gone !== '') io.stderr.write(gone);
    sink.write(text);
  };
  /** Writes a message whatever the options are; for the frame. */
  const say = (text: Text): void => write(io.stderr, `${toTerminal(text, errColour)}\n`);
  return {
    /** Columns that output on stdout may take; `Infinity` where there is no limit. */
    width: widthOf(io.stdout, io.env),
    /** Whether stderr is a terminal, where progress may be redrawn. */
    interactive: io.stderr.isTTY,
    /** A piece of data for a person, as lines; nothing with `--json`, whose one document is the command's report. */
    print: (text: Text): void => {
      if (!options.json) write(io.stdout, `${toTerminal(text, outColour)}\n`);
    },
    /** Data for a program, exactly as it is, without a line break of its own; nothing with `--json`. */
    raw: (text: string): void => {
      if (!options.json) write(io.stdout, text);
    },
    /** A message that may be missed; nothing with `--quiet`. */
    note: (text: Text): void => {
      if (!options.quiet) say(text);
    },
    /** A message that should not be missed. */
    warn: (text: Text): void => say([yellow('warning'), ': ', text]),
    /** Redraws these lines in place on a terminal; nothing elsewhere and with `--quiet`. An empty list removes them. */
    progress: (texts: readonly Text[]): void => {
      if (options.quiet || !io.stderr.isTTY) return;
      // A line that the terminal wraps could not be redrawn in place.
      const width = lineOf(io) - 1;
      const lines = texts.map((text) => `${toTerminal(fitted(text, width), errColour)}\n`);
      if (lines.join('') === drawn.join('')) return;
      // In one piece, so that no terminal shows the moment in between.
      io.stderr.write(erasure() + lines.join(''));
      drawn = lines;
    },
    /** Writes one of many JSON documents on a line of its own: for a command whose report is a stream. */
    record: (value: unknown): void => write(io.stdout, `${visibleJson(JSON.stringify(value) ?? 'null')}\n`),
    /** Writes the one JSON document; for the frame. */
    document: (value: unknown): void => write(io.stdout, `${toJsonDocument(value)}\n`),
    say,
  };
};

/** Columns of a line that is redrawn: never more than the terminal has, whatever `COLUMNS` says. */
const lineOf = ({ stderr, env }: Io): number => {
  const width = Math.min(widthOf(stderr, env), widthOf(stderr, {}));
  return Number.isFinite(width) ? width : USUAL_WIDTH;
};

const USUAL_WIDTH = 80;
