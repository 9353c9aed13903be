import { lstatSync, readFileSync, renameSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { SyncError } from '../../domain/errors.js';
import type { ConfigEdit, ConfigReading, ConfigStore } from '../../ports/config.js';
import type { HeldRepository } from '../../ports/workspace.js';
import { syncDirectory } from '../fs/atomic-write.js';
import { parseConfig } from './config-text.js';

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
    const { editedConfig, writeConfig } = await import('./edit-config.js');
    const text = editedConfig(path, current.state === 'absent' ? '' : current.text, edits, parseConfig);
    await writeConfig(path, text);
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
        const { notWritable } = await import('./edit-config.js');
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
