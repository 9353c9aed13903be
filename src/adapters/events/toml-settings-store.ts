import { readFileSync, statSync } from 'node:fs';
import type { MachineSettingKey } from '../../domain/events/settings.js';
import { messageOf } from '../../domain/errors.js';
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
      const { readSettings } = await import('./settings-document.js');
      return readSettings(text);
    } catch (error) {
      return { issues: [{ path: '', reason: `config.toml cannot be read: ${messageOf(error)}` }] };
    }
  }

  async set(key: MachineSettingKey, value: string | number): Promise<void> {
    this.#root.make();
    const { withSetting } = await import('./settings-document.js');
    const text = withSetting(this.#path, this.#text(), key, value);
    const mode = (statSync(this.#path, { throwIfNoEntry: false })?.mode ?? 0o600) & 0o777;
    await writeFileAtomic(this.#path, text, { mode });
  }

  get #path(): string {
    return this.#root.file('config.toml');
  }

  #text(): string {
    return unlessAbsent(() => readFileSync(this.#path, 'utf8'), '');
  }
}
