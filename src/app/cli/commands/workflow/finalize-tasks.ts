import { laneName } from '../../../../domain/events/lane.js';
import { describeIds } from '../../../../domain/work/work-package-id.js';
import type { FeatureRequest } from '../../../work/locate-feature.js';
import type { FinalizeResult } from '../../../work/finalize-tasks.js';
import { defineCommand, flag, type CommandContext } from '../../define-command.js';
import { flexible, table } from '../../render/table.js';
import { lines } from '../../render/text.js';
import { askYesNo, canAsk } from '../shared/ask.js';
import { NO_COMMIT } from './options.js';

export const finalizeTasks = defineCommand({
  path: 'agent feature finalize-tasks',
  summary: 'fix the plan of a feature and announce its work packages',
  details:
    'Reads tasks.md and the work package files, writes the dependencies into the front matters. Safe to repeat.',
  options: {
    whole: flag('commit with it all documents of the feature that git does not have as they are'),
    'no-commit': NO_COMMIT,
  },
  examples: [
    ['spec-kitty agent feature finalize-tasks --feature 028-sync', 'after planning'],
    ['spec-kitty agent feature finalize-tasks --feature 028-sync --whole', 'and commit what was planned'],
  ],
  run: async (context) => {
    const { args, client, common, signal, terminal } = context;
    const commit = !args.noCommit;
    const request = await client.feature(common.feature);
    const whole = args.whole || (commit && (await wantsWhole(context, request)));
    const work = await client.work.finalizeTasks.run({ ...request, commit, whole }, signal);
    const { result } = work;
    for (const warning of result.warnings) terminal.warn(warning);
    if (result.uncommitted.length > 0 && commit)
      terminal.warn(
        `Git does not have ${namesOf(result.uncommitted)} as announced.\nNothing can be accepted before. Commit the whole plan with:\n  spec-kitty agent feature finalize-tasks --feature ${result.feature} --whole`,
      );
    const text = lines([summary(result), reading(result), '', table(COLUMNS, rows(result), terminal.width)]);
    const ready = result.workPackages.find((each) => isReady(each, result.workPackages));
    return { work, text, next: ready === undefined ? [] : [`spec-kitty implement ${ready.id}`] };
  },
});

/** Nobody has begun it, and it waits for nothing. */
const isReady = ({ lane, dependencies }: Planned, all: readonly Planned[]): boolean =>
  lane === 'planned' &&
  dependencies.every((id) => all.some((each) => each.id === id && each.lane === 'done'));

type Planned = FinalizeResult['workPackages'][number];

/** A person is asked; a script says --whole. */
const wantsWhole = async (context: CommandContext, request: FeatureRequest): Promise<boolean> => {
  if (context.common.json || !canAsk(context)) return false;
  const paths = await context.client.work.finalizeTasks.uncommitted(request);
  if (paths.length === 0) return false;
  return askYesNo(context, `Git does not have ${namesOf(paths)} as announced. Commit the whole plan?`);
};

const namesOf = ([first = '', ...others]: readonly string[]): string =>
  others.length === 0 ? first : `${first} and ${others.length} more`;

const COLUMNS = ['work package', 'lane', flexible('title'), 'depends on'];

const rows = ({ workPackages }: FinalizeResult): readonly (readonly string[])[] =>
  workPackages.map((each) => [each.id, laneName(each), each.title, describeIds(each.dependencies, '–')]);

const summary = ({ feature, outcome, updated, seeded = [], announced }: FinalizeResult): string =>
  outcome === 'nothing-to-do'
    ? `${feature} was finalized before; nothing had to be done.`
    : `${feature} is finalized: ${count(updated, 'front matter')} written${
        seeded.length === 0 ? '' : `, ${count(seeded, 'row')} in the status log`
      }, ${count(announced, 'announcement')}.`;

const reading = ({ feature, reading: { read, passedOver } }: FinalizeResult): string =>
  `Of its plan ${read} lines are read and ${passedOver} passed over:\n  spec-kitty feature check --feature ${feature}`;

const count = ({ length }: readonly unknown[], noun: string): string =>
  `${length} ${noun}${length === 1 ? '' : 's'}`;
