import { SyncError } from '../../../../domain/errors.js';
import { TOKENS } from '../../../container/tokens.js';
import type { ProjectPreview } from '../../../usecases/preview-delivery.js';
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
  to: to ?? null,
  count,
  held,
  dead_letters: deadLetters,
  events: events.map(({ json }) => JSON.parse(json) as unknown),
});

const describe = ({ projectUuid, to, count, events, held, deadLetters }: ProjectPreview): readonly Text[] => {
  const where = to === undefined ? 'nowhere, since nobody is signed in' : `to team ${to.team} at ${to.url}`;
  const rest = count - events.length;
  return [
    [bold(projectUuid ?? 'without identity'), `: ${count} would leave ${where}`],
    ...Object.entries(held).map(([reason, stays]) => `  ${stays} held: ${reason}`),
    ...Object.entries(deadLetters).map(([reason, stays]) => `  ${stays} dead letter: ${reason}`),
    ...events.map(({ json }) => json),
    ...(rest > 0 ? [dim(`… and ${rest} more; all are in --json`)] : []),
  ];
};
