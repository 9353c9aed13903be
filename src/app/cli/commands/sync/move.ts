import { hubKey } from '../../../../domain/outbox/account.js';
import { SyncError } from '../../../../domain/errors.js';
import type { MovePlan, ProjectMove } from '../../../delivery/move-events.js';
import type { CommandContext, Report } from '../../define-command.js';
import { makeVisible } from '../../render/visible.js';
import { askYesNo } from '../shared/ask.js';

interface Args {
  readonly from: string | undefined;
  readonly journal: boolean;
  readonly yes: boolean;
}

export const run = async (context: CommandContext<Args>): Promise<Report> => {
  const { args, client, signal } = context;
  if (args.from === undefined) {
    throw new SyncError('wrong-usage', 'The former hub was not named.', {
      hint: 'Name it with --from HUB, by its address or its id.',
    });
  }
  const plan = await client.delivery.moveEvents.plan({ from: args.from, withJournal: args.journal }, signal);
  if (plan.events === 0) return report(plan, args, false);
  const isMeant = await confirmed(context, plan);
  if (isMeant) await client.delivery.moveEvents.run(plan);
  return report(plan, args, isMeant);
};

/** Shows what would go where, and asks; only who says so beforehand is not asked. */
const confirmed = async (context: CommandContext<Args>, plan: MovePlan): Promise<boolean> => {
  const { args, common, io, terminal } = context;
  for (const line of preview(plan, args.journal)) terminal.say(line);
  if (args.yes) return true;
  if (common.input && io.stdin().isTTY) {
    return askYesNo(context, `Send ${plan.events} events to team ${plan.to.team} at ${plan.to.hub.url}?`);
  }
  throw new SyncError('wrong-usage', 'Nobody can be asked here whether these events shall go there.', {
    hint: 'Say so with --yes.',
  });
};

const preview = ({ projects, to }: MovePlan, withJournal: boolean): readonly string[] =>
  projects.map(({ projectSlug, projectUuid, team, held, delivered }) =>
    makeVisible(
      `${projectSlug ?? projectUuid}: ${held} held for team ${team}` +
        `${withJournal ? `, ${delivered} that the former hub has already` : ''}` +
        ` → team ${to.team} at ${to.hub.url}`,
      'line',
    ),
  );

const report = (plan: MovePlan, { from, journal }: Args, moved: boolean): Report => {
  const { to, projects, events } = plan;
  return {
    data: {
      from,
      to: { hub: hubKey(to.hub), url: to.hub.url, team: to.team },
      moved,
      events,
      projects: projects.map(({ projectUuid, team, held, delivered }) => ({
        project_uuid: projectUuid,
        team,
        held,
        delivered_there: delivered,
      })),
    },
    text: textOf(plan, journal, moved),
  };
};

const textOf = ({ to, projects, events }: MovePlan, withJournal: boolean, moved: boolean): string => {
  if (moved) return `${events} events go to ${to.hub.url} next. Deliver them now with: spec-kitty sync now`;
  if (events > 0) return 'Nothing was moved.';
  const there = projects.reduce((sum: number, { delivered }: ProjectMove) => sum + delivered, 0);
  return withJournal
    ? 'Nothing is held for that hub.'
    : `Nothing is held for that hub. It has ${there} events that are still in the journal; they go along with --journal.`;
};
