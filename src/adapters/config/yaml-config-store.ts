import { lstatSync, mkdirSync, readFileSync, realpathSync, renameSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { SyncError } from '../../domain/errors.js';
import { canonicalJson } from '../../domain/events/canonical-json.js';
import type { ConfigEdit, ConfigReading, ConfigStore } from '../../ports/config.js';
import type { HeldRepository } from '../../ports/workspace.js';
import { syncDirectory, writeFileAtomic } from '../fs/atomic-write.js';
import { parseConfig } from './config-text.js';
import { spliceConfig } from './splice-config.js';

/**
 * `.kittify/config.yaml`, edited by splicing at the source ranges that the parser reports: what an edit does not name
 * stays byte for byte. The result is parsed before it is written.
 */
export class YamlConfigStore implements ConfigStore {
  async read(projectRoot: string): Promise<ConfigReading> {
    return readConfig(configPath(projectRoot));
  }

  async update(
    held: HeldRepository,
    decide: (current: ConfigReading) => readonly ConfigEdit[],
  ): Promise<ConfigReading> {
    const path = configPath(held.checkout.projectRoot);
    const current = readConfig(path);
    const edits = decide(current);
    if (edits.length === 0) return current;
    if (current.state === 'unreadable') {
      throw new SyncError('config-unreadable', `${path} cannot be understood, so it is not written to.`, {
        hint: 'Repair the file by hand, or run `spec-kitty init --repair`.',
      });
    }
    const text = edited(path, current.state === 'absent' ? '' : current.text, edits);
    await write(path, text);
    return readConfig(path);
  }

  async setAside(held: HeldRepository): Promise<string> {
    const path = configPath(held.checkout.projectRoot);
    for (let number = 1; ; number++) {
      const aside = `${path}.broken-${number}`;
      if (lstatSync(aside, { throwIfNoEntry: false }) !== undefined) continue;
      try {
        renameSync(path, aside);
        syncDirectory(dirname(path));
      } catch (cause) {
        throw notWritable(path, cause);
      }
      return basename(aside);
    }
  }
}

/** A config is a page of text; whatever is larger is something else. */
const MAX_CONFIG_BYTES = 262_144;

const configPath = (projectRoot: string): string => join(projectRoot, '.kittify', 'config.yaml');

const readConfig = (path: string): ConfigReading => {
  try {
    const { size } = statSync(path);
    if (size > MAX_CONFIG_BYTES) return unreadable(`measures ${size} bytes, more than ${MAX_CONFIG_BYTES}`);
    // The byte order mark is part of the text, so that it survives an edit.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
    const parsed = parseConfig(text);
    return parsed.ok
      ? { state: 'present', document: parsed.document, text }
      : { state: 'unreadable', issues: parsed.issues };
  } catch (error) {
    const { code = 'it is not UTF-8' } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? { state: 'absent' }
      : unreadable(`cannot be read (${code})`);
  }
};

const unreadable = (reason: string): ConfigReading => ({
  state: 'unreadable',
  issues: [{ path: '', reason }],
});

/** Applies the edits one after the other and proves that they, and nothing else, have changed what the file says. */
const edited = (path: string, original: string, edits: readonly ConfigEdit[]): string => {
  let text = original;
  let expected: unknown = undefined;
  for (const edit of edits) {
    const before = parseConfig(text);
    const spliced = before.ok ? spliceConfig(text, before.syntax, edit) : undefined;
    if (!before.ok || spliced === undefined) throw notEditable(path, edit);
    expected = withValue(expected ?? before.document, edit.path, edit.value);
    text = spliced;
    const after = parseConfig(text);
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

const write = async (path: string, text: string): Promise<void> => {
  try {
    makeFolder(dirname(path));
    const stats = statSync(path, { throwIfNoEntry: false });
    // A rename would replace a file that is marked read-only, and a link instead of what it points to.
    if (stats !== undefined && (stats.mode & 0o222) === 0) throw new Error('the file is marked read-only');
    const target = stats === undefined ? path : realpathSync(path);
    await writeFileAtomic(target, text, stats === undefined ? {} : { mode: stats.mode & 0o7777 });
  } catch (cause) {
    throw notWritable(path, cause);
  }
};

/** Part of the project, so it gets the permissions that the user's other directories get. */
const makeFolder = (folder: string): void => {
  if (mkdirSync(folder, { recursive: true }) !== undefined) syncDirectory(dirname(folder));
};

const notWritable = (path: string, cause: unknown): SyncError =>
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
