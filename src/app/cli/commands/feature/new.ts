import { describeIds } from '../../../../domain/work/work-package-id.js';
import type { CommandContext, Report } from '../../define-command.js';
import { table } from '../../render/table.js';
import { bold, lines } from '../../render/text.js';
import { given } from '../shared/given.js';
import { workReport } from '../shared/work-report.js';

interface Args {
  readonly title: string;
  readonly wp: readonly string[];
  readonly independent: boolean;
  readonly target: string | undefined;
  readonly noCommit: boolean;
}

export const run = async (context: CommandContext<Args>): Promise<Report> => {
  const { args, client, signal, terminal } = context;
  const work = await client.work.makeFeature.run(
    {
      checkout: await client.checkout(),
      title: args.title,
      workPackages: args.wp,
      isChain: !args.independent,
      commit: !args.noCommit,
      ...given({ target: args.target }),
    },
    signal,
  );
  const { feature, directory, workPackages } = work.result;
  const rows = workPackages.map(({ id, title, dependencies }) => [id, title, describeIds(dependencies, '–')]);
  const text = lines([
    [bold(feature), ` is made in ${directory}/.`],
    '',
    table(COLUMNS, rows, terminal.width),
    '',
    'Write into spec.md, plan.md and tasks.md what is to be done, and commit it.',
    'Then announce it with:',
    `  spec-kitty agent feature finalize-tasks --feature ${feature}`,
  ]);
  return workReport(work, text, client, terminal);
};

const COLUMNS = [
  { header: 'work package' },
  { header: 'title', flexible: true },
  { header: 'depends on' },
] as const;
