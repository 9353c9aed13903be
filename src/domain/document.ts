import type {
  ArraySchema,
  BooleanSchema,
  GenericSchema,
  InferOutput,
  NumberSchema,
  ObjectEntries,
  ObjectSchema,
  PicklistSchema,
  StringSchema,
} from 'valibot';
import type { Issue } from './result.js';

/**
 * What a document looks like, said once: its type ({@link DocumentOf}), its check ({@link issuesOf}) and its JSON Schema
 * (`jsonSchemaOf`) come from it. Descriptions are schemas of valibot. Those of this file stand in for its own where these
 * say too little or cost too much: one sentence says what a value must be, an object takes no list and no inherited member
 * for its own and names every key that it refuses, and nothing is copied.
 */
export type Description<T = unknown> = GenericSchema<unknown, T>;

/** The type of what a description accepts, read-only throughout. */
export type DocumentOf<D extends GenericSchema> = Frozen<InferOutput<D>>;

export type Frozen<T> = unknown extends T
  ? T
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends readonly (infer Item)[]
      ? readonly Frozen<Item>[]
      : { readonly [Key in keyof T]: Frozen<T[Key]> };

/** Everything that is wrong with a value, each with its place; empty when it is as described. */
export const issuesOf = (description: GenericSchema, value: unknown): readonly Issue[] =>
  (run(description, value, false) ?? []).map(({ path, message }) => ({
    path: path === undefined ? '' : path.map(({ key }) => String(key)).join('.'),
    reason: message,
  }));

/** Whether a value is as described; looks no further than to the first issue. */
export const isDocument = <D extends GenericSchema>(description: D, value: unknown): value is DocumentOf<D> =>
  run(description, value, true) === undefined;

const run = (description: GenericSchema, value: unknown, abortEarly: boolean): readonly Wrong[] | undefined =>
  description['~run']({ value }, { abortEarly }).issues;

export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The JSON value of a text; `undefined` when it is none. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** A member that the document itself has; what objects inherit is not part of a document. */
export const ownMember = (fields: Fields, key: string): unknown =>
  Object.hasOwn(fields, key) ? fields[key] : undefined;

/** The key under which a writer put a value: the present one, else the former one where only that is there. */
export const writtenKey = (fields: Fields, name: string, former: string | undefined): string =>
  former !== undefined && !Object.hasOwn(fields, name) && Object.hasOwn(fields, former) ? former : name;

/** Keywords of JSON Schema for what a test of ours asks, and for people. */
export type Keywords = Fields;

/** What an object is described with beside its keys: a document that is so. */
export const like = (example: Fields) => ({ keywords: { examples: [example] } });

/** Text; `isSo` asks more of it, and `keywords` says that in JSON Schema as far as there are words for it. */
export const text = (
  must = 'must be text',
  isSo: (text: string) => boolean = () => true,
  keywords: Keywords = {},
  unlessText = must,
): StringSchema<undefined> =>
  judging({ type: 'string', keywords }, (value) =>
    typeof value !== 'string' ? unlessText : isSo(value) ? undefined : must,
  );

/** Text that a pattern matches. */
export const matching = (pattern: RegExp, must: string, unlessText = must): StringSchema<undefined> =>
  text(must, (value) => pattern.test(value), { pattern: pattern.source }, unlessText);

/** One of some words. */
export const choice = <const Words extends readonly string[]>(
  words: Words,
  must = `must be one of ${words.join(', ')}`,
  keywords: Keywords = {},
): PicklistSchema<Words, undefined> =>
  judging({ type: 'picklist', options: words, keywords }, (value) =>
    (words as readonly unknown[]).includes(value) ? undefined : must,
  );

/** A number; whole ones are safe integers. */
export const number = (
  must = 'must be a number',
  isSo: (value: number) => boolean = Number.isFinite,
  keywords: Keywords = {},
): NumberSchema<undefined> =>
  judging({ type: 'number', keywords }, (value) =>
    typeof value === 'number' && isSo(value) ? undefined : must,
  );

/** An integer from `least` up, within what every reader understands as the same number. */
export const integer = (
  least: number,
  must = `must be an integer from ${least} up`,
  keywords: Keywords = {},
): NumberSchema<undefined> =>
  number(must, (value) => Number.isSafeInteger(value) && value >= least, {
    ...{ type: 'integer', minimum: least },
    ...keywords,
  });

export const flag = (must = 'must be true or false', keywords: Keywords = {}): BooleanSchema<undefined> =>
  judging({ type: 'boolean', keywords }, (value) => (typeof value === 'boolean' ? undefined : must));

/** A list. With `whole`, whatever is wrong with an item is said once, of the list. */
export const list = <S extends GenericSchema>(
  item: S,
  { whole, keywords = {} }: { readonly whole?: string; readonly keywords?: Keywords } = {},
): ArraySchema<S, undefined> =>
  judging({ type: 'array', item, keywords }, (value, config) => {
    if (!Array.isArray(value)) return whole ?? 'must be a list';
    const issues: Wrong[] = [];
    for (let at = 0; at < value.length; at++) {
      const found = item['~run']({ value: value[at] }, config).issues;
      if (found !== undefined && whole !== undefined) return whole;
      if (found !== undefined) issues.push(...placed(found, at));
      if (config.abortEarly === true && issues.length > 0) return issues;
    }
    return issues;
  });

/** How an object deals with keys that are not described. */
interface KeyRules {
  /** What is wrong with a key that nobody knows. Absent: such keys are borne. */
  readonly refuse?: string;
  /** By the present key the one under which older writers put the value. */
  readonly formerly?: Readonly<Record<string, string | undefined>>;
  readonly keywords?: Keywords;
}

/** An object with these keys; those that are `exactOptional` may be missing, or `undefined`. */
export const object = <const E extends ObjectEntries>(
  entries: E,
  { refuse, formerly = {}, keywords = {} }: KeyRules = {},
): ObjectSchema<E, undefined> => {
  const described = Object.entries(entries).map(([name, entry]) => ({
    name,
    former: formerly[name],
    isOptional: entry.type === 'exact_optional',
    entry,
  }));
  const type = refuse === undefined ? 'loose_object' : 'strict_object';
  return judging({ type, entries, keywords }, (input, config) => {
    if (!isFields(input)) return 'must be an object';
    const issues: Wrong[] = [];
    for (const { name, former, isOptional, entry } of described) {
      const key = former === undefined ? name : writtenKey(input, name, former);
      const value = ownMember(input, key);
      if (value !== undefined) {
        const found = entry['~run']({ value }, config).issues;
        if (found !== undefined) issues.push(...placed(found, key));
      } else if (!isOptional) issues.push({ message: 'is required', path: [{ key }] });
      if (config.abortEarly === true && issues.length > 0) return issues;
    }
    if (refuse !== undefined) {
      for (const key of Object.keys(input))
        if (!Object.hasOwn(entries, key)) issues.push({ message: refuse, path: [{ key }] });
    }
    return issues;
  });
};

/** The same description, which also bears what `holds`: for what older writers let through. */
export const bearing = <S extends GenericSchema>(schema: S, holds: (value: unknown) => boolean): S =>
  judging(schema, (value, config) => (holds(value) ? undefined : schema['~run']({ value }, config).issues));

/** Of valibot's issues the part that is read here. */
interface Wrong {
  readonly message: string;
  readonly path?: readonly { readonly key: unknown }[] | undefined;
}

const placed = (issues: readonly Wrong[], key: string | number): readonly Wrong[] =>
  issues.map(({ message, path = [] }) => ({ message, path: [{ key }, ...path] }));

type Config = Parameters<GenericSchema['~run']>[1];

/** What valibot hands on from schema to schema. */
interface Dataset {
  readonly value: unknown;
  typed?: boolean;
  issues?: readonly Wrong[];
}

/** What is wrong: nothing, one sentence about the whole, or a list. */
type Judge = (value: unknown, config: Config) => string | readonly Wrong[] | undefined;

/** A schema with a judgement of its own, in the form that valibot asks of one. */
const judging = <S extends GenericSchema>(parts: object, judge: Judge): S => {
  const run = (dataset: Dataset, config: Config): Dataset => {
    const found = judge(dataset.value, config);
    if (found === undefined || found.length === 0) dataset.typed = true;
    else dataset.issues = typeof found === 'string' ? [{ message: found }] : found;
    return dataset;
  };
  return {
    ...{ kind: 'schema', reference: judging, expects: 'as described', async: false },
    ...parts,
    '~run': run,
    '~standard': { version: 1, vendor: 'valibot', validate: (value: unknown) => run({ value }, {}) },
  } as unknown as S;
};
