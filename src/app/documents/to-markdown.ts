import { DOCUMENTS, FAULT, FILES, WORK, type DocumentSchema } from './all.js';
import type { GenericSchema } from 'valibot';
import { jsonSchemaOf } from '../../domain/json-schema.js';

/** The page `docs/json.md`: every document that a program can read, from the very data that tests hold them against. */
export const jsonReference = (): string =>
  [
    INTRODUCTION,
    '## When a command fails',
    fence(FAULT),
    '## Commands that change a project',
    'Beside their own result they all tell:',
    fence(WORK),
    '## Documents',
    ...DOCUMENTS.flatMap((document) => section('`spec-kitty', document)),
    '## Files',
    ...FILES.flatMap((document) => section('`spec-kitty', document)),
  ].join('\n\n') + '\n';

const INTRODUCTION = `# JSON

<!-- Made by scripts/json-reference.mjs from src/app/documents. -->

With \`--json\` stdout holds exactly one document, whatever happens. The exceptions are \`events tail\` and
\`agent tasks status --watch\`, which print one document on each line (NDJSON) until they are interrupted. \`version\` is that of this description; a later one may add
properties, so a reader has to bear those that it does not know. A name with \`?\` may be absent.`;

const section = (program: string, { command, schema }: DocumentSchema): readonly string[] => [
  `### ${program} ${command}\``,
  fence(schema),
];

const fence = (description: GenericSchema): string =>
  ['```', ...linesOf(jsonSchemaOf(description) as Schema, ''), '```'].join('\n');

/** Of a JSON Schema what the page shows. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
}

const linesOf = (schema: Schema, indent: string): readonly string[] => {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const { description } = property;
    const line = `${indent}${name}${required.has(name) ? '' : '?'}: ${typeOf(property)}`;
    const inner = property.items ?? property;
    return [description === undefined ? line : `${line}  # ${description}`, ...linesOf(inner, `${indent}  `)];
  });
};

const typeOf = (schema: Schema): string => {
  if (schema.enum !== undefined) return schema.enum.map(String).join(' | ');
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`;
  const values = schema.additionalProperties;
  if (typeof values === 'object') return `map to ${typeOf(values)}`;
  return [schema.type ?? 'object'].flat().join(' or ');
};
