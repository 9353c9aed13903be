import * as vscode from 'vscode';
import type { SettingsReading, SettingsStore } from 'spec-kitty-sync/ports';
import { MACHINE_SETTINGS, type MachineSettingKey } from 'spec-kitty-sync/domain';

/** What a person set in the editor, and where they set nothing what they set for the command line. */
export class EditorSettings implements SettingsStore {
  readonly #shared: SettingsStore;

  /** @param shared the command line's own, in the state root */
  constructor(shared: SettingsStore) {
    this.#shared = shared;
  }

  async read(): Promise<SettingsReading> {
    const { issues, ...shared } = await this.#shared.read();
    const configuration = vscode.workspace.getConfiguration('specKitty');
    const values: Record<string, unknown> = { ...shared };
    const wrong: SettingsReading['issues'][number][] = [];
    for (const { name, holds, expected } of Object.values(MACHINE_SETTINGS)) {
      // Settings of this machine: what a workspace says counts for nothing here.
      const value: unknown = configuration.inspect(name)?.globalValue;
      if (value === undefined || value === '') continue;
      if (holds(value)) values[name] = value;
      else wrong.push({ path: `specKitty.${name}`, reason: `must be ${expected}` });
    }
    return { ...values, issues: [...issues, ...wrong] };
  }

  async set(key: MachineSettingKey, value: string | number): Promise<void> {
    await vscode.workspace
      .getConfiguration('specKitty')
      .update(MACHINE_SETTINGS[key].name, value, vscode.ConfigurationTarget.Global);
  }
}
