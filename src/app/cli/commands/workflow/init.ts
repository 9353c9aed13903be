import type { CommandContext, Report } from '../../define-command.js';
import { bold } from '../../render/text.js';
import { nextCommand } from '../shared/next-command.js';

interface Args {
  readonly repair: boolean;
  readonly noCommit: boolean;
}

export const run = async (context: CommandContext<Args>): Promise<Report> => {
  const { args, common, client, signal, terminal } = context;
  const report = await client.work.initProject.run(
    { directory: common.project, repair: args.repair, commit: !args.noCommit },
    signal,
  );
  const { identity, config, setAside } = report;
  for (const warning of identity.warnings) terminal.warn(warning);
  if (setAside !== undefined) terminal.note(`What the config held is kept in ${setAside}.`);
  return {
    data: {
      project_root: report.projectRoot,
      project_uuid: identity.projectUuid,
      project_slug: identity.projectSlug,
      config,
      set_aside: setAside ?? null,
      commit: report.commit ?? null,
    },
    text: [bold(identity.projectSlug), ` is project ${identity.projectUuid}; its config was ${config}.`],
    next: [nextCommand(context, 'spec-kitty feature new "What it is about"')],
  };
};
