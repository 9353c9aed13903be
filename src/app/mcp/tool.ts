import type { Description } from '../../domain/document.js';
import { SyncError } from '../../domain/errors.js';
import { jsonSchemaOf, type JsonSchema } from '../../domain/json-schema.js';
import type { OptionSpec, Options, ValueOf } from '../cli/define-command.js';
import { choice, flag, integer, list, object, text } from '../cli/schemas/schema.js';
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

export const defineTool = <const O extends Options>({ input, run, ...spec }: ToolSpec<O>): Tool => ({
  ...spec,
  inputSchema: inputSchemaOf(input),
  // What a call gets has been checked against the description from which its type comes.
  run: (call) => run({ ...call, args: checked(spec.name, input, call.args) as never }),
});

/** What a host may know of a tool before it asks its user. None of them destroys anything or reaches out. */
export const annotationsOf = ({ title, changes }: Tool) => ({
  title,
  readOnlyHint: changes === 'nothing',
  destructiveHint: false,
  idempotentHint: changes !== 'each-time',
  openWorldHint: false,
});

const inputSchemaOf = (input: Options): JsonSchema => {
  const entries = Object.entries(input).map(([name, spec]) => [name, described(spec), spec] as const);
  const description = object(
    Object.fromEntries(entries.filter(([, , { required }]) => required === true).map(pair)),
    Object.fromEntries(entries.filter(([, , { required }]) => required !== true).map(pair)),
  );
  return jsonSchemaOf(description);
};

const pair = ([name, schema]: readonly [string, Description, OptionSpec]) => [name, schema] as const;

const described = ({ type, describe, choices, list: isList }: OptionSpec): Description => {
  const plain = { boolean: flag, number: integer, string: text }[type];
  const one = (said?: string) => (choices === undefined ? plain(said) : choice(choices, said));
  return isList === undefined ? one(describe) : list(one(), describe);
};

/** Fails with `input-invalid`, naming what the tool takes: whoever guesses a name can correct it. */
const checked = (
  tool: string,
  input: Options,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> => {
  const complain = (what: string): never => {
    throw new SyncError('input-invalid', `${tool}: ${what}.`, {
      hint: `${tool} takes ${Object.keys(input).join(', ') || 'nothing'}.`,
    });
  };
  for (const name of Object.keys(given)) if (!(name in input)) complain(`there is no ${name}`);
  const values = Object.entries(input).map(([name, spec]) => {
    const value = given[name] ?? undefined;
    if (value === undefined) {
      if (spec.required === true) complain(`${name} is missing`);
      return [name, spec.list === undefined ? (spec.type === 'boolean' ? false : undefined) : []];
    }
    const items: readonly unknown[] = spec.list === undefined ? [value] : Array.isArray(value) ? value : [];
    if (spec.list !== undefined && !Array.isArray(value)) complain(`${name} has to be a list`);
    for (const item of items) {
      if (typeof item !== spec.type || (spec.type === 'number' && !isCount(item)))
        complain(`${name} has to be ${NOUNS[spec.type]}`);
      if (spec.choices !== undefined && !spec.choices.includes(String(item)))
        complain(`${name} has to be one of ${spec.choices.join(', ')}`);
      if (spec.required === true && typeof item === 'string' && item.trim() === '')
        complain(`${name} is empty`);
    }
    return [name, value];
  });
  return Object.fromEntries(values) as Readonly<Record<string, unknown>>;
};

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;

const NOUNS = { string: 'a text', number: 'a whole number', boolean: 'true or false' } as const;
