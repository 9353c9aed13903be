import { DEFAULT_SETTINGS, MACHINE_SETTINGS, type MachineSettingKey } from '../../domain/events/settings.js';
import { SyncError } from '../../domain/errors.js';
import { readProjectConfig } from '../../domain/events/project-config.js';
import type { ConfigStore, SettingsStore, RepositoryPlace } from '../../ports/events.js';
import type { DataOf } from '../documents/all.js';
import { UseCase } from '../use-case.js';

/** A setting as it stands. */
export type ListedSetting = DataOf<'config get'>;

interface SettingsPorts {
  readonly settings: SettingsStore;
  readonly configs: Pick<ConfigStore, 'read' | 'update'>;
  readonly repository: Pick<RepositoryPlace, 'locate' | 'exclusive'>;
}

/** The settings of a project by their key in `.kittify/config.yaml`; both hold for everybody who works on it. */
const PROJECT_SETTINGS = {
  'sync.share': "whether this project's events may leave anybody's machine",
  'sync.auto_start': 'whether commands in this project start the background process',
} as const;

/** The key of every setting. */
export const SETTING_KEYS: readonly string[] = [
  ...Object.keys(MACHINE_SETTINGS).map((key) => `sync.${key}`),
  ...Object.keys(PROJECT_SETTINGS),
];

/** Says how every setting stands, those of the project only inside of one. Reads only. */
export class ListSettings extends UseCase<SettingsPorts> {
  async run(directory: string): Promise<readonly ListedSetting[]> {
    const { settings, configs, repository } = this.ports;
    const reading = await settings.read();
    const machine = Object.entries(MACHINE_SETTINGS).map(([key, { name, meaning }]): ListedSetting => {
      const standard = name === 'serverUrl' ? undefined : DEFAULT_SETTINGS[name];
      const value = reading[name] ?? standard;
      return {
        ...{ key: `sync.${key}`, value, standard, isSet: reading[name] !== undefined },
        ...{ place: 'machine', meaning },
      };
    });
    const checkout = await repository.locate(directory);
    if (checkout === undefined) return machine;
    const config = await configs.read(checkout.projectRoot);
    const document = config.state === 'present' ? config.document : {};
    const { share, autoStart } = readProjectConfig(config);
    const written = (document as { readonly sync?: Readonly<Record<string, unknown>> } | null)?.sync ?? {};
    const values = { 'sync.share': share, 'sync.auto_start': autoStart } as const;
    return [
      ...machine,
      ...Object.entries(PROJECT_SETTINGS).map(([key, meaning]): ListedSetting => ({
        ...{ key, value: config.state === 'unreadable' ? 'unreadable' : values[key as keyof typeof values] },
        ...{ standard: true, isSet: key.slice('sync.'.length) in written, place: 'project', meaning },
      })),
    ];
  }
}

/** Sets one in its place. */
export class SetSetting extends UseCase<SettingsPorts> {
  /** Fails with `input-invalid` for a key or value that cannot be, before anything is written. */
  async run(directory: string, key: string, text: string): Promise<ListedSetting['place']> {
    const { settings, configs, repository } = this.ports;
    const name = key.replace(/^sync\./, '') as MachineSettingKey;
    if (Object.hasOwn(MACHINE_SETTINGS, name)) {
      const { isText, holds, expected } = MACHINE_SETTINGS[name];
      const value = isText ? text.trim() : text.trim() === '' ? NaN : Number(text);
      if (!holds(value)) throw unusable(key, text, expected);
      await settings.set(name, value);
      return 'machine';
    }
    if (!Object.hasOwn(PROJECT_SETTINGS, key)) throw unknownSetting(key);
    const checkout = await repository.locate(directory);
    if (checkout === undefined) {
      throw new SyncError('not-a-repository', `${key} belongs to a project, and here is none.`, {
        hint: 'Go to your project, or name it with --project DIR.',
      });
    }
    if (text !== 'true' && text !== 'false') throw unusable(key, text, 'true or false');
    const edit = { path: key.split('.'), value: text === 'true' };
    await repository.exclusive(checkout, (held) => configs.update(held, () => [edit]));
    return 'project';
  }
}

export const unknownSetting = (key: string): SyncError =>
  new SyncError('input-invalid', `There is no setting ${JSON.stringify(key)}.`, {
    hint: `There are: ${SETTING_KEYS.join(', ')}. Each is described by: spec-kitty config list`,
  });

const unusable = (key: string, text: string, expected: string): SyncError =>
  new SyncError('input-invalid', `${key} cannot be ${JSON.stringify(text)}: it must be ${expected}.`);
