/**
 * The part of JSON Schema (draft 2020-12) that describes the documents of `--json`. Objects are closed: a property that
 * is not described is a mistake of ours, although a reader has to bear it, since later versions may add some.
 */
export interface Schema {
  readonly description?: string;
  readonly type?: SchemaType | readonly SchemaType[];
  readonly enum?: readonly string[];
  /** The only value. */
  readonly const?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  /** Of the values of a map; absent or `false`: there are no others. */
  readonly additionalProperties?: Schema | boolean;
}

export type SchemaType = 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'array' | 'null';

/** What a command prints with `--json`. */
export interface DocumentSchema {
  /** Words of the command. */
  readonly command: string;
  readonly schema: Schema;
}

export const text = (description?: string): Schema => ({ type: 'string', ...described(description) });
export const flag = (description?: string): Schema => ({ type: 'boolean', ...described(description) });
export const integer = (description?: string): Schema => ({ type: 'integer', ...described(description) });
export const number = (description?: string): Schema => ({ type: 'number', ...described(description) });

/** A moment, in milliseconds since 1970. */
export const moment = (description: string): Schema => integer(`${description}, milliseconds since 1970`);

export const choice = (values: readonly string[], description?: string): Schema => ({
  type: 'string',
  enum: values,
  ...described(description),
});

export const list = (items: Schema, description?: string): Schema => ({
  type: 'array',
  items,
  ...described(description),
});

/** Names that are not fixed, with values of one kind. */
export const map = (values: Schema, description?: string): Schema => ({
  type: 'object',
  additionalProperties: values,
  ...described(description),
});

/** Anything with these and other properties, such as an event. */
export const open = (description: string): Schema => ({
  type: 'object',
  additionalProperties: true,
  description,
});

/** All of `required` are there, of `optional` those that are known. */
export const object = (
  required: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>> = {},
  description?: string,
): Schema => ({
  type: 'object',
  properties: { ...required, ...optional },
  required: Object.keys(required),
  additionalProperties: false,
  ...described(description),
});

/** The same, or `null`. */
export const nullable = (schema: Schema): Schema => ({
  ...schema,
  type: [...[schema.type ?? 'object'].flat(), 'null'],
});

/** The version that every document has; it grows when a reader of the one before would not find what it looks for. */
export const versionOf = (version: number): Schema => ({
  ...integer(`of this description: ${version}`),
  const: version,
});

/** The document of a command, with its version. */
export const documentOf = (
  command: string,
  required: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>> = {},
  version = 1,
): DocumentSchema => ({
  command,
  schema: object({ version: versionOf(version), ...required }, optional),
});

const described = (description: string | undefined): { readonly description?: string } =>
  description === undefined ? {} : { description };
