import { defineCommand, flag } from '../../define-command.js';
import { bold } from '../../render/text.js';
import { NO_COMMIT } from './options.js';

export const init = defineCommand({
  path: 'init',
  summary: 'give this project its identity',
  details: 'Creates or completes .kittify/config.yaml and commits it. Safe to repeat.',
  options: {
    repair: flag('set a config that cannot be understood aside and write a fresh one'),
    'no-commit': NO_COMMIT,
  },
  examples: [['spec-kitty init', 'once for each project, by anybody']],
  run: async ({ args, common, client, signal, terminal }) => {
    const report = await client.work.initProject.run(
      { directory: common.project, repair: args.repair, commit: !args.noCommit },
      signal,
    );
    const { identity, config, setAside } = report;
    const { projectSlug, projectUuid } = identity;
    for (const warning of identity.warnings) terminal.warn(warning);
    if (setAside !== undefined) terminal.note(`What the config held is kept in ${setAside}.`);
    return {
      data: { ...report, projectSlug, projectUuid },
      text: [bold(projectSlug), ` is project ${projectUuid}; its config was ${config}.`],
      next: ['spec-kitty feature new "What it is about"'],
    };
  },
});
