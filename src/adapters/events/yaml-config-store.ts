import { lstatSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LineCounter, parseDocument, visit, type Document } from 'yaml';
import { isSyncError, SyncError } from '../../domain/errors.js';
import { canonicalJson } from '../../domain/events/canonical-json.js';
import type { ConfigReading, LocatedIssue } from '../../domain/events/project-config.js';
import type { ConfigEdit, ConfigStore, HeldRepository } from '../../ports/events.js';
import { removeTemporaries, syncDirectory, writeFileAtomic } from '../fs/atomic-write.js';
import { NoPlainFile, placeBelow, readPlainFile, writablePlace } from '../fs/repository-file.js';
import { ConfigText } from './edit-config.js';

/**
 * `.kittify/config.yaml`, edited by splicing at the source ranges that the parser reports: what an edit does not name
 * stays byte for byte. The result is parsed before it is written.
 */
export class YamlConfigStore implements ConfigStore {
  async read(projectRoot: string): Promise<ConfigReading> {
    return readConfig(projectRoot);
  }

  async update(
    held: HeldRepository,
    decide: (current: ConfigReading) => readonly ConfigEdit[],
  ): Promise<ConfigReading> {
    const { projectRoot } = held.checkout;
    const path = configPath(projectRoot);
    const current = readConfig(projectRoot);
    const edits = decide(current);
    if (edits.length === 0) return current;
    if (current.state === 'unreadable') {
      throw new SyncError('config-unreadable', `${path} cannot be understood, so it is not written to.`, {
        hint: 'Repair the file by hand, or run `spec-kitty init --repair`.',
      });
    }
    const text = editedConfig(path, current.state === 'absent' ? '' : current.text, edits);
    try {
      makeFolder(dirname(path));
      const target = writablePlace(projectRoot, CONFIG);
      const stats = statSync(target, { throwIfNoEntry: false });
      // A rename would replace a file that is marked read-only.
      if (stats !== undefined && (stats.mode & 0o222) === 0) throw new Error('the file is marked read-only');
      // Whatever a killed writer left beside it goes away.
      removeTemporaries(target);
      await writeFileAtomic(target, text, stats === undefined ? {} : { mode: stats.mode & 0o7777 });
    } catch (cause) {
      throw isSyncError(cause) ? cause : notWritable(path, cause);
    }
    return readConfig(projectRoot);
  }

  async setAside(held: HeldRepository): Promise<string> {
    const path = configPath(held.checkout.projectRoot);
    for (let number = 1; ; number++) {
      const aside = `${path}.broken-${number}`;
      if (lstatSync(aside, { throwIfNoEntry: false }) !== undefined) continue;
      try {
        // Renaming moves a link itself, but not through the folder that is one.
        placeBelow(held.checkout.projectRoot, FOLDER);
        renameSync(path, aside);
        syncDirectory(dirname(path));
      } catch (cause) {
        throw notWritable(path, cause);
      }
      return basename(aside);
    }
  }
}

const notWritable = (path: string, cause: unknown): SyncError =>
  new SyncError('config-not-writable', `${path} cannot be written.`, {
    cause,
    hint: 'Check the permissions of the file and its folder.',
  });

/** Part of the project, so it gets the permissions that the user's other directories get. */
const makeFolder = (folder: string): void => {
  if (mkdirSync(folder, { recursive: true }) !== undefined) syncDirectory(dirname(folder));
};

/** Makes the edits one after the other, and proves that they, and nothing else, have changed what the file says. */
const editedConfig = (path: string, original: string, edits: readonly ConfigEdit[]): string => {
  let [text, before] = [original, parseConfig(original)];
  for (const edit of edits) {
    const edited = before.ok ? new ConfigText(text).with(before.syntax, edit) : undefined;
    const after = parseConfig(edited ?? text);
    const isMade =
      before.ok &&
      after.ok &&
      edited !== undefined &&
      canonicalJson(after.document) === canonicalJson(withValue(before.document, edit.path, edit.value));
    if (!isMade) {
      const reason = `${path} is written in a way in which ${edit.path.join('.')} cannot be set.`;
      throw new SyncError('config-not-writable', reason, { hint: 'Set the value by hand.' });
    }
    [text, before] = [edited, after];
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

/** A config is a page of text; whatever is larger is something else, and takes the parser long. */
const MAX_CONFIG_BYTES = 16_384;

const FOLDER = '.kittify';
const CONFIG = `${FOLDER}/config.yaml`;

const configPath = (projectRoot: string): string => join(projectRoot, CONFIG);

const readConfig = (projectRoot: string): ConfigReading => {
  try {
    const place = placeBelow(projectRoot, CONFIG);
    if (place === 'absent') return { state: 'absent' };
    const bytes = readPlainFile(place, MAX_CONFIG_BYTES);
    // The byte order mark is part of the text, so that it survives an edit.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const parsed = parseConfig(text);
    return parsed.ok
      ? { state: 'present', document: parsed.document, text }
      : { state: 'unreadable', issues: parsed.issues };
  } catch (error) {
    if (isSyncError(error) && error.cause === undefined) return unreadable('leads out of the project');
    if (error instanceof NoPlainFile) return unreadable(`cannot be read: ${error.message}`);
    const { code = 'it is not UTF-8' } = (isSyncError(error) ? error.cause : error) as NodeJS.ErrnoException;
    return code === 'ENOENT' ? { state: 'absent' } : unreadable(`cannot be read (${code})`);
  }
};

const unreadable = (reason: string): ConfigReading => ({
  state: 'unreadable',
  issues: [{ path: '', reason }],
});

type ParsedConfig =
  | { readonly ok: true; readonly document: unknown; readonly syntax: Document }
  | { readonly ok: false; readonly issues: readonly LocatedIssue[] };

/**
 * Parses the text of a project's config. What a program might misread is refused with its line: conflict markers, bad
 * YAML, duplicate keys, several documents, aliases.
 */
export const parseConfig = (text: string): ParsedConfig => {
  const markers = conflictMarkers(text);
  if (markers.length > 0) return { ok: false, issues: markers };
  const lines = new LineCounter();
  const issues: LocatedIssue[] = [];
  const report = (reason: string, position: number): void => {
    issues.push({ path: '', line: lines.linePos(position).line, reason });
  };
  try {
    const syntax = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
    for (const { message, pos } of syntax.errors) report(message, pos[0]);
    visit(syntax, {
      Alias: (_key, { source, range }) =>
        report(`uses the alias *${source}, which is not supported here`, range?.[0] ?? 0),
    });
    if (issues.length > 0) return { ok: false, issues };
    return { ok: true, document: syntax.toJS({ maxAliasCount: 0 }), syntax };
  } catch (error) {
    // The parser recurses: a file that is nested without end exhausts the stack instead of failing politely.
    const reason = `cannot be parsed: ${String(error).split('\n', 1)[0]}`;
    return { ok: false, issues: [{ path: '', reason }] };
  }
};

const conflictMarkers = (text: string): readonly LocatedIssue[] =>
  text
    .split('\n')
    .flatMap((content, index) =>
      /^(?:<{7}|>{7}|\|{7})(?: |\r?$)/.test(content)
        ? [{ path: '', line: index + 1, reason: 'holds a merge conflict marker' }]
        : [],
    );
