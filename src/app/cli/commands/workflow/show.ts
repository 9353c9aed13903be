import type { ShownWorkPackage } from '../../../work/show-work-package.js';
import { defineCommand } from '../../define-command.js';
import { bold, dim, lines, type Text } from '../../render/text.js';
import { padEnd, stringWidth } from '../../render/width.js';
import { nextOfWorkPackage } from '../shared/next-command.js';
import { WORK_PACKAGE_AT_HAND } from './options.js';

export const showTask = defineCommand({
  path: 'agent tasks show',
  summary: 'show all that is needed to begin a work package',
  details:
    'The task with its dependencies and their lanes, the work tree, review feedback and history. Without a name, the one in whose work tree you are. Changes nothing.',
  positionals: WORK_PACKAGE_AT_HAND,
  examples: [['spec-kitty agent tasks show WP01', 'what is to be done, and where']],
  run: async ({ args, client, common }) => {
    const request = { ...(await client.feature(common.feature)), workPackageId: args.wp };
    const shown = await client.work.showWorkPackage.run(request);
    return { data: shown, text: lines(shownLines(shown)), next: nextOfWorkPackage(shown) };
  },
});

const shownLines = (shown: ShownWorkPackage): readonly Text[] => [
  [bold(`${shown.workPackageId} ${shown.title}`), dim(`  ${shown.feature}`)],
  '',
  fact('lane', shown.detail ?? shown.lane ?? 'none before finalize-tasks'),
  ...(shown.agent === undefined ? [] : [fact('agent', shown.agent)]),
  fact('depends on', dependencies(shown)),
  fact('work tree', shown.worktree ?? `none; begin with: spec-kitty implement ${shown.workPackageId}`),
  fact('branch', shown.branch),
  fact('file', shown.file),
  ...shown.documents.map((path, at) => fact(at === 0 ? 'see also' : '', path)),
  ...section(
    'Tasks',
    shown.tasks.map(({ text, isDone }) => `[${isDone ? 'x' : ' '}] ${text}`),
  ),
  '',
  ...shown.text.split('\n'),
  ...section('Review feedback', shown.feedback === '' ? [] : shown.feedback.split('\n')),
  ...section('History', historyLines(shown)),
];

const historyLines = ({ history }: ShownWorkPackage): readonly string[] => {
  const columns = history.map(({ timestamp, agent, lane }) => [timestamp, agent, lane]);
  const widths = [0, 1, 2].map((at) => Math.max(...columns.map((each) => stringWidth(each[at] ?? ''))));
  return history.map(({ timestamp, agent, lane, note }) => {
    const padded = [timestamp, agent, lane].map((text, at) => padEnd(text, widths[at] ?? 0));
    return [...padded, note].join('  ').trimEnd();
  });
};

const fact = (name: string, value: string): Text => [dim(name.padEnd(NAME_WIDTH)), value];

const NAME_WIDTH = 12;

const dependencies = ({ dependencies: all }: ShownWorkPackage): string =>
  all.length === 0
    ? 'nothing'
    : all.map(({ workPackageId, lane }) => `${workPackageId} (${lane ?? 'not to be read'})`).join(', ');

const section = (title: string, content: readonly string[]): readonly Text[] =>
  content.length === 0 ? [] : ['', bold(title), '', ...content];
