import type { Client } from '../library/client.js';
import type { PerformedWork } from '../work/perform-work.js';
import type { Outcome } from './exit-codes.js';
import type { Io } from './io.js';
import type { Text } from './render/text.js';
import type { DataOf } from '../documents/all.js';
import type { Terminal } from './terminal.js';

/**
 * Describes one command of the program: what help says of it, what it takes, and what it does, which turns arguments into
 * the input of a use case and its answer into a report.
 *
 *     export const moveTask = defineCommand({
 *       path: 'agent tasks move-task',
 *       summary: 'move a work package to another lane',
 *       positionals: { wp: needed('work package, such as WP01') },
 *       options: { to: { ...choice('lane to move to', LANES), required: true }, note: text('remark', 'TEXT') },
 *       examples: [['spec-kitty agent tasks move-task WP01 --to doing', 'begin work on WP01']],
 *       run: async ({ args, client, signal }) => {
 *         const work = await client.work.moveWorkPackage.run({ ... }, signal);
 *         return { work, text: ['Moved ', bold(args.wp), ` to ${work.result.to}.`] };
 *       },
 *     });
 *
 * The type of `args` comes from the description. A command throws a `SyncError` for what went wrong; it never writes to
 * the process's own streams, never exits and never reads the environment but through `io`. What few lines need, such as a
 * large package, is imported where it is needed: a group of commands is loaded as a whole.
 */
export const defineCommand = <
  const W extends string,
  const P extends Options = Record<never, never>,
  const O extends Options = Record<never, never>,
>(
  spec: CommandSpec<W, P, O>,
): CommandDefinition => ({
  words: spec.path.split(' '),
  positionals: Object.entries(spec.positionals ?? {}).map(([name, each]) => ({ name, ...each })),
  summary: spec.summary,
  details: spec.details,
  examples: spec.examples ?? [],
  options: spec.options ?? {},
  // The arguments are built from this very description, against which `run` was checked.
  run: spec.run as unknown as CommandDefinition['run'],
});

interface CommandSpec<W extends string, P extends Options, O extends Options> {
  /** The words that call it. */
  readonly path: W;
  /** One line without a full stop. */
  readonly summary: string;
  /** What else a reader of `--help` should know. */
  readonly details?: string;
  /** What stands behind the words, in this order. */
  readonly positionals?: P;
  /** Options beside the common ones; names in kebab case as they are typed. */
  readonly options?: O;
  readonly examples?: readonly (readonly [command: string, meaning: string])[];
  readonly run: Run<ArgsOf<P> & ArgsOf<O>, DataOf<W>>;
}

/** What stands behind the words of a command: one that has to be there, one that may, and all that are. */
export const needed = (describe: string) => ({ type: 'string', describe, required: true }) as const;
export const optional = (describe: string) => ({ type: 'string', describe }) as const;
export const several = (describe: string) => ({ type: 'string', describe, list: 'whole' }) as const;

/** An option with a value; `placeholder` stands for it in the help. */
export const text = <const H extends string>(describe: string, placeholder: H) =>
  ({ type: 'string', describe, placeholder }) as const;
export const number = (describe: string, placeholder = 'N') =>
  ({ type: 'number', describe, placeholder }) as const;
/** An option whose value is one of these words. */
export const choice = <const C extends readonly string[]>(describe: string, choices: C) =>
  ({ type: 'string', describe, choices }) as const;
export const flag = (describe: string) => ({ type: 'boolean', describe }) as const;

/** What an option takes, or an argument: that is text, and may be `whole`. */
export interface OptionSpec {
  readonly type: 'string' | 'number' | 'boolean';
  readonly describe: string;
  readonly choices?: readonly string[];
  readonly required?: true;
  /**
   * May be given several times, or once with commas; the value is then a list, empty when it was not given. `whole`:
   * only several times, since commas may be part of a value.
   */
  readonly list?: true | 'whole';
  /** What stands for the value in the help: `FILE`. */
  readonly placeholder?: string;
  /** Leaves the option out of the help. */
  readonly hidden?: true;
}

export type Options = Readonly<Record<string, OptionSpec>>;

/** The arguments of a command by their names in camel case. What was not given is `undefined`, a flag `false`, a list empty. */
export type ArgsOf<O extends Options> = {
  readonly [K in keyof O & string as CamelCase<K>]: ValueOf<O[K]>;
};

/** The options that every command has, as they are typed. */
export const COMMON_OPTIONS = {
  project: text('work on the project in this directory', 'DIR'),
  feature: text('feature to work on', 'SLUG'),
  json: flag('print exactly one JSON document'),
  quiet: flag('leave out messages that may be missed'),
  'no-color': flag('no colour (also by the variable NO_COLOR)'),
  wait: number('how long to wait for other commands in the same repository (default 600)', 'SECONDS'),
  'no-input': flag('never ask'),
} as const satisfies Options;

/** What a command gets of them. */
export interface CommonOptions extends ArgsOf<typeof COMMON_OPTIONS> {
  /** Directory of the project; the current directory when it was not given. */
  readonly project: string;
  readonly isProjectNamed: boolean;
}

/** What a command gets. */
export interface CommandContext<A = unknown> {
  readonly args: A;
  readonly common: CommonOptions;
  readonly terminal: Terminal;
  readonly io: Io;
  /** Aborts when the user interrupts or the reader of stdout has gone. */
  readonly signal: AbortSignal;
  /** The use cases; closed by the frame when the command has ended. */
  readonly client: Client;
}

/** What a command has to say when it has ended. */
export type Report<D = object> = Closing & (OneDocument<D> | Work<D> | Stream);

interface OneDocument<D> {
  /**
   * What `--json` prints as the one document, in the words of the program: names, what is left out and the version come
   * from its description, against which it is compiled.
   */
  readonly data: D | null;
  readonly work?: never;
  readonly isStream?: never;
}

/** The command has changed a project: the frame tells its result, and beside it what became of its events. */
interface Work<D> {
  readonly work: PerformedWork<Omit<D, 'commit' | 'events'>>;
  readonly data?: never;
  readonly isStream?: never;
}

/** The command has printed its documents itself, one on each line. */
interface Stream {
  readonly isStream: true;
  readonly data?: never;
  readonly work?: never;
}

interface Closing {
  /** `done` when absent. */
  readonly outcome?: Outcome;
  /** The same for a person, printed to stdout without `--json`. */
  readonly text?: Text;
  /** What leads on from here, for a person; may be missed, and is said last. */
  readonly next?: readonly NextCommand[];
}

/** A command line that can be typed, and what has to have happened before, in a few words: `when they are done`. */
export type NextCommand = string | readonly [line: string, when: string];

export type Run<A, D = object> = (context: CommandContext<A>) => Promise<Report<D>>;

/** A command as the frame knows it. */
export interface CommandDefinition {
  readonly words: readonly string[];
  readonly positionals: readonly (OptionSpec & { readonly name: string })[];
  readonly summary: string;
  readonly details: string | undefined;
  readonly examples: readonly (readonly [command: string, meaning: string])[];
  readonly options: Options;
  readonly run: Run<Readonly<Record<string, unknown>>>;
}

type CamelCase<S extends string> = S extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S;

type PlainValueOf<S extends OptionSpec> = S extends { readonly choices: readonly (infer C)[] }
  ? C
  : S['type'] extends 'number'
    ? number
    : string;

/** What a caller gives for an option, after the check. */
type ValueOf<S extends OptionSpec> = S['type'] extends 'boolean'
  ? boolean
  : S extends { readonly list: true | 'whole' }
    ? readonly PlainValueOf<S>[]
    : S extends { readonly required: true }
      ? PlainValueOf<S>
      : PlainValueOf<S> | undefined;
