import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { isSyncError, SyncError } from '../../domain/errors.js';
import { canonicalJson } from '../../domain/events/canonical-json.js';
import type { ConfigEdit } from '../../ports/events.js';
import { syncDirectory, writeFileAtomic } from '../fs/atomic-write.js';
import type { ParsedConfig } from './config-text.js';
import { removeTemporaries } from '../fs/left-temporaries.js';
import { spliceConfig } from './splice-config.js';

/** Applies the edits one after the other and proves that they, and nothing else, have changed what the file says. */
export const editedConfig = (
  path: string,
  original: string,
  edits: readonly ConfigEdit[],
  parse: (text: string) => ParsedConfig,
): string => {
  let text = original;
  let expected: unknown = undefined;
  for (const edit of edits) {
    const before = parse(text);
    const spliced = before.ok ? spliceConfig(text, before.syntax, edit) : undefined;
    if (!before.ok || spliced === undefined) throw notEditable(path, edit);
    expected = withValue(expected ?? before.document, edit.path, edit.value);
    text = spliced;
    const after = parse(text);
    if (!after.ok || canonicalJson(after.document) !== canonicalJson(expected)) throw notEditable(path, edit);
  }
  return text;
};

const withValue = (
  document: unknown,
  [key = '', ...rest]: readonly string[],
  value: string | boolean,
): unknown => {
  const members = (document ?? {}) as Readonly<Record<string, unknown>>;
  return { ...members, [key]: rest.length === 0 ? value : withValue(members[key], rest, value) };
};

/**
 * Replaces the file, or makes it, in one durable step. Whatever a killed writer left beside it goes away. `place` says
 * where it really lies.
 */
export const writeConfig = async (path: string, place: () => string, text: string): Promise<void> => {
  try {
    makeFolder(dirname(path));
    const target = place();
    const stats = statSync(target, { throwIfNoEntry: false });
    // A rename would replace a file that is marked read-only.
    if (stats !== undefined && (stats.mode & 0o222) === 0) throw new Error('the file is marked read-only');
    removeTemporaries(target);
    await writeFileAtomic(target, text, stats === undefined ? {} : { mode: stats.mode & 0o7777 });
  } catch (cause) {
    throw isSyncError(cause) ? cause : notWritable(path, cause);
  }
};

/** Part of the project, so it gets the permissions that the user's other directories get. */
const makeFolder = (folder: string): void => {
  if (mkdirSync(folder, { recursive: true }) !== undefined) syncDirectory(dirname(folder));
};

export const notWritable = (path: string, cause: unknown): SyncError =>
  new SyncError('config-not-writable', `${path} cannot be written.`, {
    cause,
    hint: 'Check the permissions of the file and its folder.',
  });

const notEditable = (path: string, edit: ConfigEdit): SyncError =>
  new SyncError(
    'config-not-writable',
    `${path} is written in a way in which ${edit.path.join('.')} cannot be set.`,
    {
      hint: 'Set the value by hand.',
    },
  );
