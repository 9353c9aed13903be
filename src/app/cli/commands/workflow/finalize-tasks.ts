import { laneName } from '../../../../domain/events/lane.js';
import { describeIds } from '../../../../domain/work/work-package-id.js';
import type { FinalizeResult } from '../../../work/finalize-tasks.js';
import type { CommandContext, Report } from '../../define-command.js';
import { table } from '../../render/table.js';
import { lines } from '../../render/text.js';
import { askYesNo } from '../shared/ask.js';
import { nextCommand } from '../shared/next-command.js';
import { workReport } from '../shared/work-report.js';

interface Args {
  readonly whole: boolean;
  readonly noCommit: boolean;
}

export const run = async (context: CommandContext<Args>): Promise<Report> => {
  const { args, client, signal, terminal } = context;
  const request = await client.feature(context.common.feature);
  const whole =
    args.whole || (await wantsWhole(context, () => client.work.finalizeTasks.uncommitted(request)));
  const work = await client.work.finalizeTasks.run({ ...request, commit: !args.noCommit, whole }, signal);
  const { result } = work;
  for (const warning of result.warnings) terminal.warn(warning);
  if (result.uncommitted.length > 0 && !args.noCommit)
    terminal.warn(
      `Git does not have ${namesOf(result.uncommitted)} as announced.\nNothing can be accepted before. Commit the whole plan with:\n  spec-kitty agent feature finalize-tasks --feature ${result.feature} --whole`,
    );
  const text = lines([summary(result), reading(result), '', table(COLUMNS, rows(result), terminal.width)]);
  const ready = result.workPackages.find((each) => isReady(each, result.workPackages));
  return {
    ...(await workReport(work, text, client, terminal)),
    next: ready === undefined ? [] : [nextCommand(context, `spec-kitty implement ${ready.id}`)],
  };
};

/** Nobody has begun it, and it waits for nothing. */
const isReady = ({ lane, dependencies }: Planned, all: readonly Planned[]): boolean =>
  lane === 'planned' &&
  dependencies.every((id) => all.some((each) => each.id === id && each.lane === 'done'));

type Planned = FinalizeResult['workPackages'][number];

/** A person is asked; a script says --whole. */
const wantsWhole = async (
  { args, common, io, signal }: CommandContext<Args>,
  uncommitted: () => Promise<readonly string[]>,
): Promise<boolean> => {
  if (args.noCommit || common.json || !common.input || !io.stdin().isTTY) return false;
  const paths = await uncommitted();
  if (paths.length === 0) return false;
  return askYesNo({ io, signal }, `Git does not have ${namesOf(paths)} as announced. Commit the whole plan?`);
};

const namesOf = ([first = '', ...others]: readonly string[]): string =>
  others.length === 0 ? first : `${first} and ${others.length} more`;

const COLUMNS = [
  { header: 'work package' },
  { header: 'lane' },
  { header: 'title', flexible: true },
  { header: 'depends on' },
] as const;

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
