import {
  exactOptional,
  nullable,
  record,
  string,
  union,
  type GenericSchema,
  type ObjectEntries,
} from 'valibot';
import * as a from '../../../domain/document.js';

/**
 * The words in which the documents of `--json` are described; a description is what the page shows beside a name. Objects
 * are closed: a property that is not described is a mistake of ours, although a reader has to bear it, since later versions
 * may add some.
 */
export interface DocumentSchema {
  /** Words of the command that prints the document. */
  readonly command: string;
  readonly schema: GenericSchema;
}

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
export const open = (description: string) => a.object({}, { keywords: said(description) });

/** All of `required` are there, of `optional` those that are known. */
export const object = <const R extends ObjectEntries, const O extends ObjectEntries = Record<never, never>>(
  required: R,
  optional: O = {} as O,
  description?: string,
) => a.object(entriesOf(required, optional), { refuse: 'is not described', keywords: said(description) });

export const part = (required: ObjectEntries) => a.object(required);

export const orNull = <S extends GenericSchema>(schema: S, description?: string) =>
  described(nullable(schema), description);

export const either = <const S extends readonly GenericSchema[]>(kinds: S, description?: string) =>
  described(union(kinds), description);

/** The version that every document has; it grows when a reader of the one before would not find what it looks for. */
export const versionOf = (version: number) =>
  a.number(`must be ${version}`, (value) => value === version, {
    ...{ type: 'integer', const: version },
    ...said(`of this description: ${version}`),
  });

/** The document of a command, with its version. */
export const documentOf = (
  command: string,
  required: ObjectEntries,
  optional: ObjectEntries = {},
  version = 1,
): DocumentSchema => ({
  command,
  schema: object({ version: versionOf(version), ...required }, optional),
});

/** A member that has another name in the document than in the program. */
export const of = <S extends GenericSchema>(member: string, schema: S): S => ({ ...schema, member });

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

const entriesOf = <R extends ObjectEntries, O extends ObjectEntries>(required: R, optional: O) =>
  ({
    ...required,
    ...Object.fromEntries(Object.entries(optional).map(([name, entry]) => [name, exactOptional(entry)])),
  }) as R & { readonly [Name in keyof O]: ReturnType<typeof exactOptional<O[Name]>> };

const said = (description: string | undefined): a.Keywords =>
  description === undefined ? {} : { description };

const described = <S extends GenericSchema>(schema: S, description: string | undefined): S => ({
  ...schema,
  keywords: said(description),
});
