/** One command to run, as a process of its own would be told it. */
export interface CommandOrder {
  readonly id: number;
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** All of stdin. */
  readonly input: string;
  /** The program that a command starts when it needs one beside itself. */
  readonly bin: string;
}

export interface CommandAnswer {
  readonly id: number;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
