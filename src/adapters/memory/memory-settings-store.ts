import type { SettingsReading, SettingsStore } from '../../ports/config.js';

/** Settings that are given, and a server URL that can be set. */
export class MemorySettingsStore implements SettingsStore {
  #reading: SettingsReading;

  constructor(settings: Partial<SettingsReading> = {}) {
    this.#reading = { issues: [], ...settings };
  }

  async read(): Promise<SettingsReading> {
    return this.#reading;
  }

  async setServerUrl(url: string): Promise<void> {
    this.#reading = { ...this.#reading, serverUrl: url };
  }
}
