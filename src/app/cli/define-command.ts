import type { Client } from '../library/client.js';
import type { Outcome } from './exit-codes.js';
import type { Io } from './io.js';
import type { Text } from './render/text.js';
import type { Terminal } from './terminal.js';

/**
 * Describes one command of the program. The description is small and always loaded; the module that does the work is
 * loaded by `load` only when the command is called, so a command pays for nothing but itself.
 *
 * A group of commands is one file of descriptions, `commands/<group>/definitions.ts`, listed in `program.ts`:
 *
 *     export const tasksCommands = [
 *       defineCommand({
 *         path: 'agent tasks move-task <wp>',
 *         summary: 'move a work package to another lane',
 *         positionals: { wp: 'work package, such as WP01' },
 *         options: {
 *           to: { type: 'string', describe: 'lane to move to', choices: LANES, required: true },
 *           note: { type: 'string', describe: 'remark for the activity log' },
 *           'no-commit': { type: 'boolean', describe: 'leave the commit to you' },
 *         },
 *         examples: [['spec-kitty agent tasks move-task WP01 --to doing', 'begin work on WP01']],
 *         load: () => import('./move-task.js'),
 *       }),
 *     ];
 *
 * and one module for each command, which turns arguments into the input of a use case and its answer into a report:
 *
 *     interface Args { readonly wp: string; readonly to: Lane; readonly note: string | undefined; readonly noCommit: boolean }
 *
 *     export const run: Run<Args> = async ({ args, client, signal, terminal }) => {
 *       const moved = await client.work.moveWorkPackage.run({ ... }, signal);
 *       if (moved.warning !== undefined) terminal.warn(moved.warning);
 *       return { data: moved, text: ['Moved ', bold(moved.wp), ` to ${moved.lane}.`] };
 *     };
 *
 * The compiler checks that `Args` is what the description delivers. A command throws a `SyncError` for what went
 * wrong; it never writes to the process's own streams, never exits and never reads the environment but through `io`.
 */
export const defineCommand = <const P extends string, const O extends Options = Record<never, never>>(
  spec: CommandSpec<P, O>,
): CommandDefinition => {
  const [words, positionals] = parsePath(spec.path);
  return {
    words,
    positionals: positionals.map((positional) => ({
      ...positional,
      describe: (spec.positionals as Readonly<Record<string, string>> | undefined)?.[positional.name] ?? '',
    })),
    summary: spec.summary,
    details: spec.details,
    examples: spec.examples ?? [],
    options: spec.options ?? {},
    // The arguments are built from this very description, which is what `load` was checked against.
    load: spec.load as unknown as CommandDefinition['load'],
  };
};

interface CommandSpec<P extends string, O extends Options> {
  /** Words of the command, then its positional arguments: `<one>`, `[maybe]`, `<many...>`, `[any...]`. */
  readonly path: P;
  /** One line without a full stop. */
  readonly summary: string;
  /** What else a reader of `--help` should know. */
  readonly details?: string;
  readonly positionals?: Readonly<Record<keyof PositionalsOf<P>, string>>;
  /** Options beside the common ones; names in kebab case as they are typed. */
  readonly options?: O;
  readonly examples?: readonly (readonly [command: string, meaning: string])[];
  readonly load: () => Promise<CommandModule<ArgsOf<P, O>>>;
}

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

/** The arguments of a command by their names in camel case. An option that was not given is `undefined`, a flag `false`. */
type ArgsOf<P extends string, O extends Options> = PositionalsOf<P> & {
  readonly [K in keyof O & string as CamelCase<K>]: ValueOf<O[K]>;
};

/** The options that every command has. */
export interface CommonOptions {
  /** Directory of the project; the current directory when it was not given. */
  readonly project: string;
  /** Whether the directory was given. */
  readonly isProjectNamed: boolean;
  readonly feature: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  /** How long to wait for other commands at work in the repository; the frame's business. */
  readonly waitSeconds: number | undefined;
  /** `false`: nobody can be asked anything. */
  readonly input: boolean;
}

/** What a command gets. */
export interface CommandContext<A> {
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
export interface Report {
  /** `done` when absent. */
  readonly outcome?: Outcome;
  /** The one document that `--json` prints. */
  readonly data: unknown;
  /** `true`: the command has printed its documents itself, one on each line; `data` is not printed. */
  readonly isStream?: true;
  /** The same for a person, printed to stdout without `--json`. */
  readonly text?: Text;
  /** What leads on from here, for a person; may be missed, and is said last. */
  readonly next?: readonly NextCommand[];
  /** What is beside the result, said after it. The work is done by then: a failure here is nobody's. */
  readonly afterwards?: () => Promise<void>;
}

/** A command line that can be typed as it is. */
export interface NextCommand {
  readonly line: string;
  /** What has to have happened before, in a few words: `when they are done`. */
  readonly when?: string;
}

export type Run<A> = (context: CommandContext<A>) => Promise<Report>;

interface CommandModule<A> {
  readonly run: Run<A>;
}

export interface PositionalDefinition {
  readonly name: string;
  readonly required: boolean;
  readonly many: boolean;
  readonly describe: string;
}

/** A command as the frame knows it. */
export interface CommandDefinition {
  readonly words: readonly string[];
  readonly positionals: readonly PositionalDefinition[];
  readonly summary: string;
  readonly details: string | undefined;
  readonly examples: readonly (readonly [command: string, meaning: string])[];
  readonly options: Options;
  readonly load: () => Promise<CommandModule<Readonly<Record<string, unknown>>>>;
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
export type ValueOf<S extends OptionSpec> = S['type'] extends 'boolean'
  ? boolean
  : S extends { readonly list: true | 'whole' }
    ? readonly PlainValueOf<S>[]
    : S extends { readonly required: true }
      ? PlainValueOf<S>
      : PlainValueOf<S> | undefined;

type PositionalsOf<P extends string> = P extends `${infer Head} ${infer Tail}`
  ? PositionalOf<Head> & PositionalsOf<Tail>
  : PositionalOf<P>;

type PositionalOf<W extends string> = W extends `<${infer Name}...>` | `[${infer Name}...]`
  ? { readonly [K in CamelCase<Name>]: readonly string[] }
  : W extends `<${infer Name}>`
    ? { readonly [K in CamelCase<Name>]: string }
    : W extends `[${infer Name}]`
      ? { readonly [K in CamelCase<Name>]: string | undefined }
      : unknown;

type BarePositional = Omit<PositionalDefinition, 'describe'>;

const parsePath = (
  path: string,
): readonly [words: readonly string[], positionals: readonly BarePositional[]] => {
  const parts = path.split(' ');
  const first = parts.findIndex((part) => part.startsWith('<') || part.startsWith('['));
  const words = first < 0 ? parts : parts.slice(0, first);
  const positionals = parts.slice(words.length).map((part) => {
    const inner = part.slice(1, -1);
    const many = inner.endsWith('...');
    return { name: many ? inner.slice(0, -3) : inner, required: part.startsWith('<'), many };
  });
  return [words, positionals];
};
