import type { CommandContext } from '../../define-command.js';
import { listSettings, type ListedSetting, type SettingsPorts } from '../../../events/settings-list.js';
import type { Checkout } from '../../../../ports/events.js';

/** What the commands about settings work on; outside of every project without one. */
export const settingsOf = async ({
  common,
  client,
}: CommandContext<unknown>): Promise<{
  readonly ports: SettingsPorts;
  readonly checkout: Checkout | undefined;
}> => {
  const [settings, configs, repository] = await Promise.all([
    client.port('settings'),
    client.port('configs'),
    client.port('repository'),
  ]);
  return { ports: { settings, configs, repository }, checkout: await repository.locate(common.project) };
};

/** Every setting as it stands, after a warning of what cannot be used. */
export const readSettings = async (context: CommandContext<unknown>): Promise<readonly ListedSetting[]> => {
  const { ports, checkout } = await settingsOf(context);
  for (const { path, reason } of (await ports.settings.read()).issues)
    context.terminal.warn(`config.toml: ${path} ${reason}`);
  return listSettings(ports, checkout);
};

export const settingDocument = ({ key, value, standard, isSet, place, meaning }: ListedSetting): object => ({
  ...{ key, value: value ?? null, default: standard ?? null, is_set: isSet, place, meaning },
});
