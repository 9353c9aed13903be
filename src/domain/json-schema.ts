import type { GenericSchema } from 'valibot';
import type { Keywords } from './document.js';

/** A JSON Schema of draft 2020-12, without `$schema`, so that it may stand inside of another document. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/**
 * The JSON Schema of a description, its titles and descriptions included. A test that JSON Schema has no word for is left
 * out, so a document that passes here may still be refused by `issuesOf`; a description that bears what older writers let
 * through says what they should have written. Throws for a schema of valibot that this has no rule for.
 */
export const jsonSchemaOf = (description: GenericSchema): JsonSchema => {
  const schema = description as AnySchema;
  return { ...shapeOf(schema), ...schema.keywords };
};

/** Of every schema what is read here. */
type AnySchema = GenericSchema & {
  readonly keywords?: Keywords;
  readonly entries?: Readonly<Record<string, AnySchema>>;
  readonly item?: AnySchema;
  readonly value?: AnySchema;
  readonly wrapped?: AnySchema;
  readonly default?: unknown;
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
};

const shapeOf = (schema: AnySchema): JsonSchema => {
  switch (schema.type) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
      return { type: schema.type };
    case 'unknown':
      return {};
    case 'literal':
      return { const: schema.literal };
    case 'picklist':
      return { enum: schema.options };
    case 'array':
      return { type: 'array', items: inner(schema.item) };
    case 'record':
      return { type: 'object', additionalProperties: inner(schema.value) };
    case 'exact_optional':
      return {
        ...inner(schema.wrapped),
        ...(schema.default !== undefined && { default: schema.default }),
      };
    case 'nullable':
      return orNull(inner(schema.wrapped));
    case 'union':
      return { anyOf: (schema.options as readonly AnySchema[]).map(jsonSchemaOf) };
    case 'loose_object':
    case 'strict_object':
      return objectOf(Object.entries(schema.entries ?? {}), schema.type === 'strict_object');
    default:
      throw new Error(`no JSON Schema is known for ${schema.type}`);
  }
};

const inner = (schema: AnySchema | undefined): JsonSchema =>
  schema === undefined ? {} : jsonSchemaOf(schema);

const orNull = ({ type, ...schema }: JsonSchema): JsonSchema => ({
  ...schema,
  ...(type !== undefined && { type: [type, 'null'].flat() }),
  ...(Array.isArray(schema['anyOf']) &&
    type === undefined && { anyOf: [...(schema['anyOf'] as readonly unknown[]), { type: 'null' }] }),
  ...(Array.isArray(schema['enum']) && { enum: [...(schema['enum'] as readonly unknown[]), null] }),
});

const objectOf = (entries: readonly (readonly [string, AnySchema])[], isClosed: boolean): JsonSchema => ({
  type: 'object',
  properties: Object.fromEntries(entries.map(([name, entry]) => [name, jsonSchemaOf(entry)])),
  required: entries.filter(([, { type }]) => type !== 'exact_optional').map(([name]) => name),
  ...(isClosed && { additionalProperties: false }),
});
