import type { GenericSchema } from 'valibot';
import { hub, others } from './others.js';
import { plan, work } from './plan.js';
import { asDescribed, object, part, text, type Told } from './words.js';
import { reportFile, sync } from './sync.js';

/** What each command prints with `--json`, by its words. */
const BY_COMMAND = { ...sync, ...others, ...hub, ...plan };

/** Files that commands write. */
const BY_FILE = { 'sync now --report FILE': reportFile };

type Documents = typeof BY_COMMAND & typeof BY_FILE;

/** What a command has to tell so that its document is as described; anything, where none is described. */
export type DataOf<Command extends string> = Command extends keyof Documents
  ? Told<Documents[Command]>
  : object;

/** The result of a command that changes a project: beside it the frame tells what became of its events. */
export type ResultOf<Command extends string> = Omit<DataOf<Command>, 'commit' | 'events'>;

export interface DocumentSchema {
  /** Words of the command that prints the document. */
  readonly command: string;
  readonly schema: GenericSchema;
}

const listOf = (schemas: Readonly<Record<string, GenericSchema>>): readonly DocumentSchema[] =>
  Object.entries(schemas).map(([command, schema]) => ({ command, schema }));

export const DOCUMENTS = listOf(BY_COMMAND);
export const FILES = listOf(BY_FILE);

/** What a command found out as the document that it prints; one that is not described gets a version and nothing else. */
export const toDocument = <Command extends string>(command: Command, value: DataOf<Command>): object => {
  const found = [...DOCUMENTS, ...FILES].find((each) => each.command === command);
  return found === undefined ? { version: 1, ...value } : (asDescribed(found.schema, value) as object);
};

/** What every command prints instead when it fails. */
export const FAULT = object({
  error: object({
    code: text('stable; never parse the message'),
    message: text(),
    hint: text('what to do next'),
  }),
});

/** What every command that changes a project prints beside its own result. */
export const WORK = part(work);
