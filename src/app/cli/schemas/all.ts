import { boardSchemas } from './board-schemas.js';
import { featureSchemas, mergeSchemas } from './feature-schemas.js';
import { orchestrationSchemas } from './orchestration-schemas.js';
import { asDescribed, part, type DocumentSchema } from './schema.js';
import { hubSchemas, otherSchemas } from './other-schemas.js';
import { fault, work } from './shared-schemas.js';
import { reportFileSchema, syncSchemas } from './sync-schemas.js';

/** What each command prints with `--json`. */
export const DOCUMENTS: readonly DocumentSchema[] = [
  ...syncSchemas,
  ...otherSchemas,
  ...hubSchemas,
  ...boardSchemas,
  ...featureSchemas,
  ...mergeSchemas,
  ...orchestrationSchemas,
];

/** Files that commands write. */
export const FILES: readonly DocumentSchema[] = [reportFileSchema];

/** What a command found out as the document that it prints; one that is not described gets a version and nothing else. */
export const toDocument = (command: string, value: object): object => {
  const found = [...DOCUMENTS, ...FILES].find((each) => each.command === command);
  return found === undefined ? { version: 1, ...value } : (asDescribed(found.schema, value) as object);
};

/** What every command prints instead when it fails. */
export const FAULT = fault;

/** What every command that changes a project prints beside its own result. */
export const WORK = part(work);
