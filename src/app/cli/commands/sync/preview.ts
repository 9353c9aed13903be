import { LOCAL_TEAM } from '../../../../domain/events/envelope.js';
import { SyncError } from '../../../../domain/errors.js';
import { TOKENS } from '../../../container/tokens.js';
import type { ProjectPreview } from '../../../usecases/delivery/preview-delivery.js';
import type { Report } from '../../define-command.js';
import { bold, dim, lines, type Text } from '../../render/text.js';
import type { ClientContext } from '../shared/client.js';

interface Args {
  readonly limit: number | undefined;
}

export const run = async ({ args, common, container }: ClientContext<Args>): Promise<Report> => {
  const most = args.limit ?? (common.json ? Infinity : SHOWN);
  if (most !== Infinity && (!Number.isInteger(most) || most < 0)) {
    throw new SyncError('wrong-usage', '--limit takes a whole number from 0.');
  }
  const preview = await (await container()).get(TOKENS.previewDelivery);
  const projects = await preview.run(most);
  return {
    data: { projects: projects.map(toDocument) },
    text:
      projects.length === 0
        ? dim('No events were captured on this machine yet.')
        : lines(projects.flatMap((project, index) => [...(index === 0 ? [] : ['']), ...describe(project)])),
  };
};

const SHOWN = 10;

const toDocument = ({ projectUuid, to, count, events, held, deadLetters }: ProjectPreview): object => ({
  project_uuid: projectUuid ?? null,
  to: to === undefined ? null : { ...to, team: isKnown(to.team) ? to.team : null },
  count,
  held,
  dead_letters: deadLetters,
  events: events.map(({ json }) => JSON.parse(json) as unknown),
});

const describe = ({ projectUuid, to, count, events, held, deadLetters }: ProjectPreview): readonly Text[] => {
  const rest = count - events.length;
  return [
    [bold(projectUuid ?? 'without identity'), `: ${count} would leave ${whereTo(to)}`],
    ...Object.entries(held).map(([reason, stays]) => `  ${stays} held: ${reason}`),
    ...Object.entries(deadLetters).map(([reason, stays]) => `  ${stays} dead letter: ${reason}`),
    ...events.map(({ json }) => json),
    ...(rest > 0 ? [dim(`… and ${rest} more; all are in --json`)] : []),
  ];
};

const whereTo = (to: ProjectPreview['to']): string => {
  if (to === undefined) return 'nowhere, since nobody is signed in';
  return isKnown(to.team)
    ? `to team ${to.team} at ${to.url}`
    : `to ${to.url}, which alone knows the team of this sign-in; ask it with: spec-kitty sync status --check`;
};

/** Whose team a token stands for is known to its hub alone until that was asked. */
const isKnown = (team: string): boolean => team !== LOCAL_TEAM;
