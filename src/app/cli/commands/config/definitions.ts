import { defineCommand } from '../../define-command.js';

const KEY = 'name of the setting, such as sync.retain_days';

export const configCommands = [
  defineCommand({
    path: 'config list',
    summary: 'list every setting with its value, its default, its place and its meaning',
    details:
      'Settings of this machine lie in config.toml of ~/.spec-kitty, those of a project in its .kittify/config.yaml. Agents of a project are described in docs/orchestrate.md; who shares a project from this machine is said by "spec-kitty sync on" and "spec-kitty sync off".',
    examples: [['spec-kitty config list', 'what can be set, and what is']],
    load: () => import('./list.js'),
  }),
  defineCommand({
    path: 'config get <key>',
    summary: 'print the value of one setting',
    positionals: { key: KEY },
    examples: [['spec-kitty config get sync.retain_days', 'the value alone, for a script']],
    load: () => import('./get.js'),
  }),
  defineCommand({
    path: 'config set <key> <value>',
    summary: 'set one setting, in its place',
    details:
      'Every other byte of the file stays as it is. What is set for a project is left for you to commit.',
    positionals: { key: KEY, value: 'what it shall be' },
    examples: [
      ['spec-kitty config set sync.retain_days 30', 'keep delivered events readable for a month'],
      ['spec-kitty config set sync.auto_start false', 'no background process in this project'],
    ],
    load: () => import('./set.js'),
  }),
];
