import type { ConfigReading } from '../../domain/events/project-config.js';
import { guardCredentials } from '../../domain/delivery/credentials.js';
import type { KnownHub } from '../../domain/delivery/known-hubs.js';
import { SyncError } from '../../domain/errors.js';
import { MACHINE_SETTINGS, type MachineSettingKey } from '../../domain/events/settings.js';
import type { CredentialReading, Credentials, CredentialStore, KnownHubs } from '../../ports/delivery.js';
import type {
  ConfigEdit,
  ConfigStore,
  HeldRepository,
  SettingsReading,
  SettingsStore,
} from '../../ports/events.js';

/** Configs of any number of projects. A config can be put there, broken, or made read-only. */
export class MemoryConfigStore implements ConfigStore {
  readonly #readings = new Map<string, ConfigReading>();
  readonly #readOnly = new Set<string>();
  #asides = 0;

  /** Puts a parsed document in place, as if a person had written the file. */
  put(projectRoot: string, document: unknown): void {
    this.#readings.set(projectRoot, present(document));
  }

  /** Puts something there that cannot be understood. */
  putBroken(projectRoot: string, reason: string, line = 1): void {
    this.#readings.set(projectRoot, { state: 'unreadable', issues: [{ path: '', line, reason }] });
  }

  makeReadOnly(projectRoot: string): void {
    this.#readOnly.add(projectRoot);
  }

  async read(projectRoot: string): Promise<ConfigReading> {
    return this.#readings.get(projectRoot) ?? { state: 'absent' };
  }

  async update(
    held: HeldRepository,
    decide: (current: ConfigReading) => readonly ConfigEdit[],
  ): Promise<ConfigReading> {
    const { projectRoot } = held.checkout;
    const current = await this.read(projectRoot);
    const edits = decide(current);
    if (edits.length === 0) return current;
    if (current.state === 'unreadable') {
      throw new SyncError('config-unreadable', `The config of ${projectRoot} cannot be understood.`);
    }
    this.#refuseReadOnly(projectRoot);
    const document = current.state === 'absent' ? {} : current.document;
    const next = present(
      edits.reduce<unknown>((edited, { path, value }) => withValue(edited, path, value), document),
    );
    this.#readings.set(projectRoot, next);
    return next;
  }

  async setAside(held: HeldRepository): Promise<string> {
    const { projectRoot } = held.checkout;
    this.#refuseReadOnly(projectRoot);
    if (!this.#readings.delete(projectRoot))
      throw new SyncError('config-not-writable', `${projectRoot} has no config.`);
    return `config.yaml.broken-${++this.#asides}`;
  }

  #refuseReadOnly(projectRoot: string): void {
    if (this.#readOnly.has(projectRoot)) {
      throw new SyncError('config-not-writable', `The config of ${projectRoot} is read-only.`);
    }
  }
}

const present = (document: unknown): ConfigReading => ({
  state: 'present',
  document: structuredClone(document),
  text: JSON.stringify(document ?? null),
});

const withValue = (
  document: unknown,
  [key = '', ...rest]: readonly string[],
  value: string | boolean,
): unknown => {
  const members = document ?? {};
  if (typeof members !== 'object' || Array.isArray(members)) {
    throw new SyncError('config-not-writable', `${key} cannot be set where there is no map.`);
  }
  const fields = members as Readonly<Record<string, unknown>>;
  return { ...fields, [key]: rest.length === 0 ? value : withValue(fields[key], rest, value) };
};

/** One sign-in, with transactions that wait for each other. */
export class MemoryCredentialStore implements CredentialStore {
  #reading: CredentialReading;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(credentials?: Credentials) {
    this.#reading = credentials === undefined ? { state: 'absent' } : presentReading(credentials);
  }

  /** Stands for a file that cannot be understood. */
  break(reason: string): void {
    this.#reading = { state: 'unreadable', reason };
  }

  async read(): Promise<CredentialReading> {
    return this.#reading;
  }

  update(
    decide: (current: CredentialReading) => Promise<Credentials | 'keep' | 'forget'>,
  ): Promise<CredentialReading> {
    const mine = this.#turn.then(async () => {
      const decision = await decide(this.#reading);
      if (decision === 'forget') this.#reading = { state: 'absent' };
      else if (decision !== 'keep') this.#reading = presentReading(decision);
      return this.#reading;
    });
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}

const presentReading = (credentials: Credentials): CredentialReading => ({
  state: 'present',
  credentials: guardCredentials(credentials),
});

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

/** Which hub is where, in memory. */
export class MemoryKnownHubs implements KnownHubs {
  #known: readonly KnownHub[] = [];

  list(): Promise<readonly KnownHub[]> {
    return Promise.resolve(this.#known);
  }

  update(change: (known: readonly KnownHub[]) => readonly KnownHub[]): Promise<readonly KnownHub[]> {
    this.#known = change(this.#known);
    return Promise.resolve(this.#known);
  }
}
