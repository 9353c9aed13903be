import type { Schema, SchemaType } from '../../src/app/cli/schemas/schema.js';

/** Where a value is not as its schema says; nothing when it is. */
export const schemaFaults = (value: unknown, schema: Schema, path = '$'): readonly string[] => {
  const allowed = schema.type === undefined ? undefined : [schema.type].flat();
  if (allowed !== undefined && !allowed.some((type) => isOfType(value, type))) {
    return [`${path} is ${JSON.stringify(value)}, not ${allowed.join(' or ')}`];
  }
  if (schema.enum !== undefined && typeof value === 'string' && !schema.enum.includes(value)) {
    return [`${path} is ${value}, not ${schema.enum.join(' or ')}`];
  }
  if (schema.const !== undefined && value !== schema.const) {
    return [`${path} is ${JSON.stringify(value)}, not ${schema.const}`];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, at) => schemaFaults(item, schema.items ?? {}, `${path}[${at}]`));
  }
  if (typeof value !== 'object' || value === null) return [];
  return objectFaults(value as Readonly<Record<string, unknown>>, schema, path);
};

const objectFaults = (
  value: Readonly<Record<string, unknown>>,
  { properties = {}, required = [], additionalProperties = false }: Schema,
  path: string,
): readonly string[] => [
  ...required.filter((name) => !(name in value)).map((name) => `${path}.${name} is missing`),
  ...Object.entries(value).flatMap(([name, inner]) => {
    const schema = properties[name] ?? additionalProperties;
    if (schema === true) return [];
    return schema === false
      ? [`${path}.${name} is not described`]
      : schemaFaults(inner, schema, `${path}.${name}`);
  }),
];

const isOfType = (value: unknown, type: SchemaType): boolean => {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
};
