import { lstatSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isSyncError, SyncError } from '../../domain/errors.js';
import type { ConfigReading } from '../../domain/events/project-config.js';
import type { ConfigEdit, ConfigStore, HeldRepository } from '../../ports/events.js';
import { syncDirectory } from '../fs/atomic-write.js';
import { NoPlainFile, placeBelow, readPlainFile, writablePlace } from '../fs/repository-file.js';
import { parseConfig } from './edit-config.js';

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
    const { editedConfig, writeConfig } = await import('./edit-config.js');
    const text = editedConfig(path, current.state === 'absent' ? '' : current.text, edits, parseConfig);
    await writeConfig(path, () => writablePlace(projectRoot, CONFIG), text);
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
        const { notWritable } = await import('./edit-config.js');
        throw notWritable(path, cause);
      }
      return basename(aside);
    }
  }
}

/** A config is a page of text; whatever is larger is something else, and takes the parser long. */
const MAX_CONFIG_BYTES = 16_384;

const FOLDER = '.kittify';
const CONFIG = `${FOLDER}/config.yaml`;

const configPath = (projectRoot: string): string => join(projectRoot, '.kittify', 'config.yaml');

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
