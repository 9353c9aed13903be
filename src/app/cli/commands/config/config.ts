import { unknownSetting, type ListedSetting } from '../../../events/settings-list.js';
import { defineCommand, needed, type CommandContext } from '../../define-command.js';
import { bold, dim, lines } from '../../render/text.js';

const KEY = 'name of the setting, such as sync.retain_days';

/** The commands about settings of this machine and of a project. */
export const configCommands = [
  defineCommand({
    path: 'config list',
    summary: 'list every setting with its value, its default, its place and its meaning',
    details:
      'Settings of this machine lie in config.toml of ~/.spec-kitty, those of a project in its .kittify/config.yaml. Agents of a project are described in docs/orchestrate.md; who shares a project from this machine is said by "spec-kitty sync on" and "spec-kitty sync off".',
    examples: [['spec-kitty config list', 'what can be set, and what is']],
    /** Each on a line with what it means below, which no width cuts. */
    run: async (context) => {
      const settings = await readSettings(context);
      const shown = (value: unknown): string => (value === undefined ? 'nothing' : String(value));
      const text = settings.flatMap(({ key, value, standard, place, meaning }) => [
        [bold(key), ` = ${shown(value)}`, dim(`  (default ${shown(standard)}; of the ${place})`)],
        `  ${meaning}`,
      ]);
      return { data: { settings }, text: lines(text) };
    },
  }),
  defineCommand({
    path: 'config get',
    summary: 'print the value of one setting',
    positionals: { key: needed(KEY) },
    examples: [['spec-kitty config get sync.retain_days', 'the value alone, for a script']],
    run: async (context) => {
      const { key } = context.args;
      const found = (await readSettings(context)).find((setting) => setting.key === key);
      if (found === undefined) throw unknownSetting(key);
      return { data: found, ...(found.value === undefined ? {} : { text: String(found.value) }) };
    },
  }),
  defineCommand({
    path: 'config set',
    summary: 'set one setting, in its place',
    details:
      'Every other byte of the file stays as it is. What is set for a project is left for you to commit.',
    positionals: { key: needed(KEY), value: needed('what it shall be') },
    examples: [
      ['spec-kitty config set sync.retain_days 30', 'keep delivered events readable for a month'],
      ['spec-kitty config set sync.auto_start false', 'no background process in this project'],
    ],
    run: async ({ args: { key, value }, client, common }) => {
      const place = await client.events.setSetting.run(common.project, key, value);
      const where =
        place === 'machine'
          ? 'on this machine.'
          : 'in .kittify/config.yaml; commit it, and it holds for everybody.';
      return { data: { key, value, place }, text: [bold(key), ` is ${value} ${where}`] };
    },
  }),
];

/** Every setting as it stands, after a warning of what cannot be used. */
const readSettings = async ({
  client,
  common,
  terminal,
}: CommandContext): Promise<readonly ListedSetting[]> => {
  for (const { path, reason } of (await (await client.port('settings')).read()).issues)
    terminal.warn(`config.toml: ${path} ${reason}`);
  return client.events.listSettings.run(common.project);
};
