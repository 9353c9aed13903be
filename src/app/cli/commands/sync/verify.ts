import type { VerifiedProject } from '../../../reports/verify-delivery.js';
import type { CommandContext, Report } from '../../define-command.js';
import { bold, green, lines, red, type Text } from '../../render/text.js';

export const run = async ({ client, signal }: CommandContext<object>): Promise<Report> => {
  const { hub, team, projects, agrees } = await client.reports.verifyDelivery.run(signal);
  const settled = projects.reduce((sum, project) => sum + project.settled, 0);
  const reoffered = projects.reduce((sum, project) => sum + project.reoffered, 0);
  return {
    outcome: agrees ? 'done' : 'failed',
    data: {
      agrees,
      hub,
      team,
      projects: projects.map(({ projectUuid, atHub, missingAtHub, ...project }) => ({
        project_uuid: projectUuid,
        settled: project.settled,
        at_hub: atHub,
        missing_at_hub: missingAtHub,
        uncounted: project.uncounted,
        reoffered: project.reoffered,
      })),
    },
    text: agrees
      ? [
          green('✓'),
          ` The hub has every one of the ${settled} events settled here, and no others of ours.`,
          reoffered === 0
            ? ''
            : `\n${reoffered} were offered again because the hub was restored and had lost them.`,
        ]
      : lines([[red('Ledger and hub do not agree.')], ...projects.flatMap(differences)]),
  };
};

const differences = ({ projectUuid, missingAtHub, uncounted }: VerifiedProject): readonly Text[] => [
  ...(missingAtHub.length + uncounted.length === 0 ? [] : [bold(projectUuid)]),
  ...list(missingAtHub, 'settled here, but not at the hub: it has lost them, or is another one than it was'),
  ...list(uncounted, 'at the hub, but not counted here; the next pass counts them: spec-kitty sync now'),
];

const SHOWN = 20;

const list = (ids: readonly string[], what: string): readonly Text[] => {
  if (ids.length === 0) return [];
  const rest = ids.length > SHOWN ? [`    and ${ids.length - SHOWN} more; all are in --json`] : [];
  return [`  ${ids.length} ${what}`, ...ids.slice(0, SHOWN).map((id) => `    ${id}`), ...rest];
};
