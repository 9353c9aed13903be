/** Where a program writes. `write` never fails: a reader that has gone is the business of whoever made the sink. */
export interface Sink {
  write(text: string): void;
  /** Resolves when what was written has left the process; absent where nothing waits. */
  drained?(): Promise<void>;
  readonly isTTY: boolean;
  /** Width of the terminal; `undefined` when there is none. */
  readonly columns: number | undefined;
  /** Height of the terminal; absent when there is none. */
  readonly rows?: number | undefined;
}

/** Where a program reads from. */
export interface Source extends AsyncIterable<Uint8Array | string> {
  readonly isTTY: boolean;
  /** Switches a terminal's own echo and line editing off and on; absent where there is no terminal. */
  setRawMode?(raw: boolean): void;
}

/** The whole outside of the command line: what a test replaces to run a command inside its own process. */
export interface Io {
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Opened on the first call only, since opening it costs time and keeps the process alive. */
  readonly stdin: () => Source;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Directory in which the command was called. */
  readonly cwd: string;
}

/** Columns that tables and help may use. */
export const widthOf = (sink: Sink): number => sink.columns ?? 80;

/** Whether a sink shows colour: a terminal that knows it, unless the user said no (https://no-color.org). */
export const hasColour = (sink: Sink, env: Io['env'], wanted: boolean): boolean =>
  wanted && sink.isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';

/** A sink that remembers, for tests and for output that is examined before it is shown. */
export interface BufferSink extends Sink {
  readonly text: () => string;
}

export const bufferSink = (columns?: number): BufferSink => {
  const pieces: string[] = [];
  return {
    write: (text) => void pieces.push(text),
    isTTY: columns !== undefined,
    columns,
    text: () => pieces.join(''),
  };
};
