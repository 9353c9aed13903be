import { readFileSync, statSync } from 'node:fs';
import type { parse } from 'smol-toml';
import type { MachineSettingKey } from '../../domain/events/settings.js';
import { SyncError } from '../../domain/errors.js';
import { canonicalJson } from '../../domain/events/canonical-json.js';
import type { SettingsReading, SettingsStore } from '../../ports/events.js';
import { writeFileAtomic } from '../fs/atomic-write.js';
import { unlessAbsent } from '../fs/storage-failure.js';
import type { StateRoot } from '../fs/state-root.js';

/** `config.toml` of the state root. */
export class TomlSettingsStore implements SettingsStore {
  readonly #root: StateRoot;

  constructor(root: StateRoot) {
    this.#root = root;
  }

  async read(): Promise<SettingsReading> {
    try {
      const text = this.#text();
      // Most users have no such file, and then no parser is loaded.
      if (text === '') return { issues: [] };
      const [{ parse }, { readSettings }] = await Promise.all([loadToml(), import('./settings-document.js')]);
      return readSettings(parse(text.replace(BOM, '')));
    } catch (error) {
      return { issues: [{ path: '', reason: `config.toml cannot be read: ${reasonOf(error)}` }] };
    }
  }

  async set(key: MachineSettingKey, value: string | number): Promise<void> {
    this.#root.make();
    const { parse } = await loadToml();
    const before = this.#parsed(parse);
    const { spliceSetting } = await import('./settings-document.js');
    const text = spliceSetting(before.text, key, value);
    const expected = {
      ...before.document,
      sync: { ...(before.document['sync'] as object | undefined), [key]: value },
    };
    if (!saysTheSame(parse, text, expected)) {
      throw new SyncError(
        'config-not-writable',
        `${this.#path} is written in a way in which ${key} cannot be set.`,
        {
          hint: `Set ${key} below [sync] by hand.`,
        },
      );
    }
    const mode = (statSync(this.#path, { throwIfNoEntry: false })?.mode ?? 0o600) & 0o777;
    await writeFileAtomic(this.#path, text, { mode });
  }

  get #path(): string {
    return this.#root.file('config.toml');
  }

  #parsed(parse: Parse): { readonly text: string; readonly document: Readonly<Record<string, unknown>> } {
    try {
      const text = this.#text();
      return { text, document: parse(text.replace(BOM, '')) };
    } catch (cause) {
      throw new SyncError('config-unreadable', `${this.#path} cannot be understood: ${reasonOf(cause)}`, {
        cause,
        hint: 'Repair the file by hand.',
      });
    }
  }

  #text(): string {
    return unlessAbsent(() => readFileSync(this.#path, 'utf8'), '');
  }
}

type Parse = typeof parse;

const loadToml = (): Promise<{ readonly parse: Parse }> => import('../fs/toml.js');

const BOM = /^\ufeff/;

const saysTheSame = (parse: Parse, text: string, expected: unknown): boolean => {
  try {
    return canonicalJson(parse(text.replace(BOM, ''))) === canonicalJson(expected);
  } catch {
    return false;
  }
};

/** The first line of a parser's message: what follows quotes the file. */
const reasonOf = (error: unknown): string => {
  const { line } = error as { readonly line?: number };
  const reason = String(error instanceof Error ? error.message : error).split('\n', 1)[0] ?? '';
  return line === undefined ? reason : `${reason} (line ${line})`;
};
