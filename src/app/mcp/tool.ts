import {
  choice,
  flag,
  integer,
  issuesOf,
  list,
  text,
  type Description,
  type Fields,
  type Keywords,
} from '../../domain/document.js';
import { SyncError } from '../../domain/errors.js';
import { jsonSchemaOf, type JsonSchema } from '../../domain/json-schema.js';
import type { OptionSpec, Options, ValueOf } from '../cli/define-command.js';
import { object } from '../cli/schemas/schema.js';
import type { Client } from '../library/client.js';

/** What a call of a tool works with. */
export interface Call<A> {
  readonly args: A;
  readonly client: Client;
  /** Ends with the call, when its caller gives it up or goes. */
  readonly signal: AbortSignal;
  /** Says something beside the result. */
  readonly note: (sentence: string) => void;
}

/** One tool, described once: from this come its registration, the check of its arguments, and its hints. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly changes: 'nothing' | 'once' | 'each-time';
  readonly inputSchema: JsonSchema;
  readonly outputSchema: JsonSchema;
  readonly run: (call: Call<Readonly<Record<string, unknown>>>) => Promise<object>;
}

interface ToolSpec<O extends Options> extends Omit<Tool, 'inputSchema' | 'run'> {
  readonly input: O;
  readonly run: (call: Call<{ readonly [K in keyof O]: ValueOf<O[K]> }>) => Promise<object>;
}

export const defineTool = <const O extends Options>({ input, run, ...spec }: ToolSpec<O>): Tool => {
  const description = described(input);
  return {
    ...spec,
    inputSchema: jsonSchemaOf(description),
    run: (call) => {
      const given = checked(spec.name, description, call.args);
      // What a call gets has been checked against the description from which its type comes.
      return run({ ...call, args: { ...absentIn(input), ...given } as never });
    },
  };
};

/** What a host may know of a tool before it asks its user. None of them destroys anything or reaches out. */
export const annotationsOf = ({ title, changes }: Tool) => ({
  title,
  readOnlyHint: changes === 'nothing',
  destructiveHint: false,
  idempotentHint: changes !== 'each-time',
  openWorldHint: false,
});

const described = (input: Options) => {
  const entries = Object.entries(input).map(([name, spec]) => ({
    spec,
    entry: [name, valueOf(spec)] as const,
  }));
  const isNeeded = ({ spec }: (typeof entries)[number]): boolean => spec.required === true;
  return object(
    Object.fromEntries(entries.filter(isNeeded).map(({ entry }) => entry)),
    Object.fromEntries(entries.filter((each) => !isNeeded(each)).map(({ entry }) => entry)),
  );
};

const valueOf = ({ type, describe, choices, list: isList, required }: OptionSpec): Description => {
  const one = (keywords: Keywords): Description => {
    if (choices !== undefined) return choice(choices, undefined, { type: 'string', ...keywords });
    if (type === 'boolean') return flag(undefined, keywords);
    if (type === 'number') return integer(0, undefined, keywords);
    const isSaid = (value: string): boolean => required !== true || value.trim() !== '';
    return text('must not be empty', isSaid, keywords, 'must be text');
  };
  const said = { description: describe };
  return isList === undefined ? one(said) : list(one({}), { keywords: said });
};

/** What stands for an argument that is not given. */
const absentIn = (input: Options): Fields =>
  Object.fromEntries(
    Object.entries(input).map(([name, spec]) => [
      name,
      spec.list === undefined ? (spec.type === 'boolean' ? false : undefined) : [],
    ]),
  );

/** Fails with `input-invalid`, naming everything that is wrong and what the tool takes: whoever guesses can correct it. */
const checked = (tool: string, description: ReturnType<typeof described>, args: Fields): Fields => {
  // Hosts write `null` for what they leave out.
  const given = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null));
  const issues = issuesOf(description, given);
  if (issues.length === 0) return given;
  throw new SyncError(
    'input-invalid',
    `${tool}: ${issues.map(({ path, reason }) => `${path} ${reason}`).join('; ')}.`,
    { hint: `${tool} takes ${Object.keys(description.entries).join(', ') || 'nothing'}.` },
  );
};
