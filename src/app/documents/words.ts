import {
  exactOptional,
  nullable,
  record,
  string,
  union,
  type ArraySchema,
  type ExactOptionalSchema,
  type GenericSchema,
  type NullableSchema,
  type ObjectEntries,
  type ObjectSchema,
} from 'valibot';
import * as a from '../../domain/document.js';

/**
 * The words in which the documents of `--json` are described; a description is what the page shows beside a name. Objects
 * are closed: a property that is not described is a mistake of ours, although a reader has to bear it, since later versions
 * may add some. A name that ends in `?` is of a property that may be absent.
 */
export const text = (description?: string) => a.text(undefined, undefined, said(description));
export const flag = (description?: string) => a.flag(undefined, said(description));
export const number = (description?: string) => a.number(undefined, undefined, said(description));
export const integer = (description?: string) =>
  a.number('must be an integer', Number.isInteger, { type: 'integer', ...said(description) });

/** A moment, in milliseconds since 1970. */
export const moment = (description: string) => integer(`${description}, milliseconds since 1970`);

export const choice = <const Words extends readonly string[]>(words: Words, description?: string) =>
  a.choice(words, undefined, { type: 'string', ...said(description) });

export const list = <S extends GenericSchema>(items: S, description?: string) =>
  a.list(items, { keywords: said(description) });

/** Names that are not fixed, with values of one kind. */
export const map = <S extends GenericSchema>(values: S, description?: string) =>
  described(record(string(), values), description);

/** Anything with these and other properties, such as an event. */
export const open = (description: string): GenericSchema<unknown, a.Fields> =>
  a.object({}, { keywords: said(description) });

type Entries = Readonly<Record<string, GenericSchema>>;

/** The properties of an object, behind what is said of it. */
type Described<E> = readonly [entries: E] | readonly [description: string, entries: E];

export const object = <const E extends Entries>(...about: Described<E>) => {
  const [description, entries] = about.length === 2 ? about : [undefined, about[0]];
  const schema = a.object(entriesOf(entries), { refuse: 'is not described', keywords: said(description) });
  // Of entries that are not known yet the compiler cannot tell that it is a description.
  return schema as typeof schema & GenericSchema;
};

/** A list of objects. */
export const items = <const E extends Entries>(...about: Described<E>) => {
  const [description, entries] = about.length === 2 ? about : [undefined, about[0]];
  return list(object(entries), description);
};

/** How many there are of each. Such words are names in the program, too. */
export const countsOf = <W extends string>(words: readonly W[]) =>
  Object.fromEntries(words.map((word) => [word, of(word, integer())])) as {
    readonly [Word in W]: ReturnType<typeof integer> & { readonly member: Word };
  };

/** Any object that has these properties among others. */
export const part = (required: ObjectEntries) => a.object(required);

export const orNull = <S extends GenericSchema>(schema: S, description?: string) =>
  described(nullable(schema), description);

export const either = <const S extends readonly GenericSchema[]>(kinds: S, description?: string) =>
  described(union(kinds), description);

/** The version that every document has; it grows when a reader of the one before would not find what it looks for. */
export const versionOf = (version: number) => {
  const keywords = { type: 'integer', const: version, ...said(`of this description: ${version}`) };
  const schema = a.number(`must be ${version}`, (value) => value === version, keywords);
  // The program does not tell it.
  return schema as typeof schema & { readonly member: never };
};

/** The document of a command, behind its version where that is not the first. */
export const document = <const E extends Entries>(
  ...about: readonly [entries: E] | readonly [version: number, entries: E]
) => {
  const [version, entries] = about.length === 2 ? about : [1, about[0]];
  return object({ version: versionOf(version), ...entries });
};

/** A member that has another name in the document than in the program. */
export const of = <const M extends string, S extends GenericSchema>(
  member: M,
  schema: S,
): S & { readonly member: M } => ({ ...schema, member });

/**
 * What the program tells so that a document becomes as it is described. What is `null` in a document is absent here, unless
 * it may be absent there, too. Objects are spelled out at the end, so that an editor shows members and no descriptions.
 */
export type Told<S> =
  S extends NullableSchema<infer W, undefined>
    ? Told<W> | undefined
    : S extends ExactOptionalSchema<infer W, undefined>
      ? Told<W> | (W extends NullableSchema<GenericSchema, undefined> ? null : undefined) | undefined
      : S extends ArraySchema<infer I, undefined>
        ? readonly Told<I>[]
        : S extends ObjectSchema<infer E, undefined>
          ? Members<E, false> & Partial<Members<E, true>> extends infer T
            ? { readonly [K in keyof T]: T[K] }
            : never
          : S extends GenericSchema<unknown, infer T>
            ? a.Frozen<T>
            : never;

/** Those of an object that may be absent, or the others. */
type Members<E, MayBeAbsent> = {
  readonly [
    N in keyof E & string as (undefined extends Told<E[N]> ? true : false) extends MayBeAbsent
      ? MemberName<N, E[N]>
      : never
  ]: Told<E[N]>;
};

type MemberName<N extends string, S> = S extends { readonly member: infer M extends string } ? M : Camel<N>;

type Camel<N extends string> = N extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : N;

/**
 * A value of the program as a document that is described: of an object what the description names, in its order and by
 * the names in camel case, and `null` where it says so of what is absent. Maps, and what is open, are as they are, since
 * their names belong to somebody else.
 */
export const asDescribed = (schema: GenericSchema, value: unknown): unknown => {
  const { type, wrapped, item, entries } = schema as AnyDocument;
  if (type === 'nullable' && wrapped !== undefined)
    return value === undefined || value === null ? null : asDescribed(wrapped, value);
  if (type === 'exact_optional' && wrapped !== undefined) return asDescribed(wrapped, value);
  if (type === 'array' && item !== undefined && Array.isArray(value))
    return value.map((each) => asDescribed(item, each));
  if (type !== 'strict_object' || !a.isFields(value)) return value;
  const members = Object.entries(entries ?? {}).map(([name, entry]) => [name, memberOf(value, name, entry)]);
  return Object.fromEntries(members.filter(([, member]) => member !== undefined));
};

const memberOf = (fields: a.Fields, name: string, entry: AnyDocument): unknown => {
  const { member = camelCase(name), keywords } = (entry.type === 'exact_optional' && entry.wrapped) || entry;
  if (keywords?.['const'] !== undefined) return keywords['const'];
  // What is written in the words of the wire, such as usage, has the names of the document already.
  const value = a.ownMember(fields, member) ?? a.ownMember(fields, name);
  return value === undefined && entry.type === 'exact_optional' ? undefined : asDescribed(entry, value);
};

const camelCase = (name: string): string =>
  name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

/** Of a description what is read here. */
type AnyDocument = GenericSchema & {
  readonly keywords?: a.Keywords;
  readonly member?: string;
  readonly wrapped?: AnyDocument;
  readonly item?: AnyDocument;
  readonly entries?: Readonly<Record<string, AnyDocument>>;
};

type EntriesOf<E extends Entries> = {
  readonly [N in keyof E as N extends `${infer Name}?` ? Name : N]: N extends `${string}?`
    ? ExactOptionalSchema<E[N], undefined>
    : E[N];
};

const entriesOf = <E extends Entries>(entries: E) =>
  Object.fromEntries(
    Object.entries(entries).map(([name, entry]) =>
      name.endsWith('?') ? [name.slice(0, -1), exactOptional(entry)] : [name, entry],
    ),
  ) as EntriesOf<E>;

const said = (description: string | undefined): a.Keywords =>
  description === undefined ? {} : { description };

const described = <S extends GenericSchema>(schema: S, description: string | undefined): S => ({
  ...schema,
  keywords: said(description),
});
