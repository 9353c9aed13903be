import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DOCUMENTS, FAULT, FILES, WORK } from '../dist/app/documents/all.js';
import { jsonSchemaOf } from '../dist/domain/json-schema.js';

/**
 * The page `docs/json.md`: every document that a program can read, from the very data that tests hold them against. Needs
 * `npm run build` first; a test says when the page is behind.
 */
export const jsonReference = () =>
  [
    INTRODUCTION,
    '## When a command fails',
    fence(FAULT),
    '## Commands that change a project',
    'Beside their own result they all tell:',
    fence(WORK),
    '## Documents',
    ...DOCUMENTS.flatMap(section),
    '## Files',
    ...FILES.flatMap(section),
  ].join('\n\n') + '\n';

const INTRODUCTION = `# JSON

<!-- Made by scripts/json-reference.mjs from src/app/documents. -->

With \`--json\` stdout holds exactly one document, whatever happens. The exceptions are \`events tail\` and
\`agent tasks status --watch\`, which print one document on each line (NDJSON) until they are interrupted. \`version\` is that of this description; a later one may add
properties, so a reader has to bear those that it does not know. A name with \`?\` may be absent.`;

const section = ({ command, schema }) => [`### \`spec-kitty ${command}\``, fence(schema)];

const fence = (description) => ['```', ...linesOf(jsonSchemaOf(description), ''), '```'].join('\n');

const linesOf = (schema, indent) => {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const { description } = property;
    const line = `${indent}${name}${required.has(name) ? '' : '?'}: ${typeOf(property)}`;
    const inner = property.items ?? property;
    return [description === undefined ? line : `${line}  # ${description}`, ...linesOf(inner, `${indent}  `)];
  });
};

const typeOf = (schema) => {
  if (schema.enum !== undefined) return schema.enum.map(String).join(' | ');
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`;
  const values = schema.additionalProperties;
  if (typeof values === 'object') return `map to ${typeOf(values)}`;
  return [schema.type ?? 'object'].flat().join(' or ');
};

if (process.argv[1] === import.meta.filename)
  await writeFile(join(import.meta.dirname, '..', 'docs', 'json.md'), jsonReference());
