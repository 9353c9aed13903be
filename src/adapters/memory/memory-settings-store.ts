import { MACHINE_SETTINGS, type MachineSettingKey } from '../../domain/events/settings.js';
import type { SettingsReading, SettingsStore } from '../../ports/events.js';

/** Settings that are given and can be set. */
export class MemorySettingsStore implements SettingsStore {
  #reading: SettingsReading;

  constructor(settings: Partial<SettingsReading> = {}) {
    this.#reading = { issues: [], ...settings };
  }

  async read(): Promise<SettingsReading> {
    return this.#reading;
  }

  async set(key: MachineSettingKey, value: string | number): Promise<void> {
    this.#reading = { ...this.#reading, [MACHINE_SETTINGS[key].name]: value };
  }
}
