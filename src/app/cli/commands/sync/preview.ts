import type { Fields } from '../../../../domain/document.js';
import { SyncError } from '../../../../domain/errors.js';
import { LOCAL_TEAM } from '../../../../domain/events/envelope.js';
import type { CheckoutMemory } from '../../../../ports/events.js';
import type { ProjectPreview } from '../../../reports/waiting-events.js';
import { defineCommand, number } from '../../define-command.js';
import { bold, dim, lines, type Text } from '../../render/text.js';
import { remedyFor } from './left-reasons.js';

export const preview = defineCommand({
  path: 'sync preview',
  summary: 'show exactly what would leave this machine, and where to',
  details:
    'Uses no network and changes nothing. The documents are those that sync now would send. A hub that takes reports of machines also hears how many events wait here and since when, and how long a running agent has printed nothing.',
  options: { limit: number('documents to show of each project; 10 when not given, all with --json') },
  examples: [['spec-kitty sync preview --json', 'every document, with the team it would be sent for']],
  run: async ({ args, common, client }) => {
    const most = args.limit ?? (common.json ? Infinity : SHOWN);
    if (most !== Infinity && (!Number.isInteger(most) || most < 0))
      throw new SyncError('wrong-usage', '--limit takes a whole number from 0.');
    const registry = await client.port('checkouts');
    const [projects, checkouts] = await Promise.all([
      client.reports.previewDelivery.run(most),
      registry.list(),
    ]);
    const described = projects.flatMap((project, index) => [
      ...(index === 0 ? [] : ['']),
      ...describe(project, checkouts),
    ]);
    return {
      data: { projects: projects.map(documentOf) },
      text: described.length === 0 ? dim('No events were captured on this machine yet.') : lines(described),
    };
  },
});

const SHOWN = 10;

const documentOf = ({ to, events, ...project }: ProjectPreview) => ({
  ...project,
  to: to && { ...to, team: isKnown(to.team) ? to.team : undefined },
  events: events.map(({ json }) => JSON.parse(json) as Fields),
});

const describe = (
  { projectUuid, to, count, events, held, deadLetters }: ProjectPreview,
  checkouts: readonly CheckoutMemory[],
): readonly Text[] => {
  const rest = count - events.length;
  const checkout = checkouts.find((each) => projectUuid !== undefined && each.projectUuid === projectUuid);
  const slug = checkout?.projectSlug;
  const stays = (what: string, counts: Readonly<Record<string, number>>): readonly Text[] =>
    Object.entries(counts).map(
      ([reason, number]) =>
        `  ${number} ${what}: ${reason}${remedyFor(`${what}: ${reason}`, checkout?.path)}`,
    );
  return [
    [
      bold(projectUuid ?? 'without identity'),
      slug === undefined ? '' : ` (${slug})`,
      `: ${count} would leave ${whereTo(to)}`,
    ],
    ...stays('held', held),
    ...stays('dead letter', deadLetters),
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
