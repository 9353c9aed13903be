import { DOCUMENTS, FAULT, FILES, WORK } from '../../src/app/documents/all.js';
import { list, object, text } from '../../src/app/documents/words.js';
import { jsonSchemaOf } from '../../src/domain/json-schema.js';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
}

const keysOf = (schema: Schema): readonly string[] => [
  ...Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => [key, ...keysOf(inner)]),
  ...(schema.items === undefined ? [] : keysOf(schema.items)),
  ...(typeof schema.additionalProperties === 'object' ? keysOf(schema.additionalProperties) : []),
];

const isSnakeCase = (key: string): boolean => /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(key);

describe('the documents of --json', () => {
  it.each([
    ...[...DOCUMENTS, ...FILES].map(({ command, schema }) => [command, schema] as const),
    ['every command that fails', FAULT] as const,
    ['every command that changes a project', WORK] as const,
  ])('have snake_case keys throughout, as the wire has them: %s', (_, schema) => {
    expect(keysOf(jsonSchemaOf(schema)).filter((key) => !isSnakeCase(key))).toEqual([]);
  });

  it('are looked through to the innermost key', () => {
    const nested = jsonSchemaOf(list(object({ 'outer?': object({ innerKey: text() }) })));
    expect(keysOf(nested).filter((key) => !isSnakeCase(key))).toEqual(['innerKey']);
  });
});
