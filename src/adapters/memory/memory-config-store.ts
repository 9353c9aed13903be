import { SyncError } from '../../domain/errors.js';
import type { ConfigEdit, ConfigReading, ConfigStore, HeldRepository } from '../../ports/events.js';

/** Configs of any number of projects. A config can be put there, broken, or made read-only. */
export class MemoryConfigStore implements ConfigStore {
  readonly #readings = new Map<string, ConfigReading>();
  readonly #readOnly = new Set<string>();
  readonly #aside = new Map<string, readonly ConfigReading[]>();

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
    const reading = this.#readings.get(projectRoot);
    if (reading === undefined) throw new SyncError('config-not-writable', `${projectRoot} has no config.`);
    const aside = [...(this.#aside.get(projectRoot) ?? []), reading];
    this.#aside.set(projectRoot, aside);
    this.#readings.delete(projectRoot);
    return `config.yaml.broken-${aside.length}`;
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
