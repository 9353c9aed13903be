/** Where a program writes. `write` never fails: a reader that has gone is the business of whoever made the sink. */
export interface Sink {
  write(text: string): void;
  /**
   * Resolves when what was written has left the process; absent where nothing waits. Fails with `output-failed` when
   * something of it has no place, as on a full disk.
   */
  drained?(): Promise<void>;
  readonly isTTY: boolean;
  /** Width of the terminal; `undefined` when there is none, and 0 where it does not know its own. */
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

/**
 * Columns that output may use: what `COLUMNS` says, else what the terminal has. Where neither knows, as in a pipe, there
 * is no limit, and nothing is cut.
 */
export const widthOf = ({ columns = 0 }: Sink, env: Io['env']): number => {
  const wanted = env['COLUMNS']?.trim() ?? '';
  if (/^[1-9]\d*$/.test(wanted)) return Number(wanted);
  return columns > 0 ? columns : Infinity;
};

/**
 * Whether a sink shows colour: a terminal that knows it, unless the user said no (https://no-color.org). `FORCE_COLOR`
 * asks for it in a pipe, too; `FORCE_COLOR=0` is a no.
 */
export const hasColour = (sink: Sink, env: Io['env'], wanted: boolean): boolean => {
  if (!wanted || (env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return !NO.has(forced.toLowerCase());
  return sink.isTTY && env['TERM'] !== 'dumb';
};

const NO: ReadonlySet<string> = new Set(['0', 'false']);
