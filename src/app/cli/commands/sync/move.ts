import { SyncError } from '../../../../domain/errors.js';
import { hubKey } from '../../../../domain/outbox/account.js';
import type { MovePlan, ProjectMove } from '../../../delivery/move-events.js';
import { defineCommand, flag, text } from '../../define-command.js';
import { makeVisible } from '../../render/visible.js';
import { isMeant } from '../shared/ask.js';

export const moveEvents = defineCommand({
  path: 'sync move',
  summary: 'give what is held for a former hub to the present one',
  details:
    'Shows what would go where, and asks. Events keep their ids; what the former hub has counted stays counted there.',
  options: {
    from: text('the former hub, by its address or its id', 'HUB'),
    journal: flag('also what the former hub has already, as far as the journal still holds it'),
    yes: flag('do not ask'),
  },
  examples: [
    ['spec-kitty sync move --from https://old.example.com', 'after the team has got another hub'],
    ['spec-kitty sync move --from https://old.example.com --journal', 'the new hub gets the history too'],
  ],
  run: async (context) => {
    const { args, client, signal, terminal } = context;
    const { from, journal: withJournal } = args;
    if (from === undefined) {
      const hint = 'Name it with --from HUB, by its address or its id.';
      throw new SyncError('wrong-usage', 'The former hub was not named.', { hint });
    }
    const plan = await client.delivery.moveEvents.plan({ from, withJournal }, signal);
    const { to, projects, events } = plan;
    let moved = false;
    if (events > 0) {
      for (const project of projects) terminal.say(makeVisible(preview(project, to, withJournal), 'line'));
      const question = `Send ${events} events to team ${to.team} at ${to.hub.url}?`;
      moved = await isMeant(context, question, 'these events shall go there');
    }
    if (moved) await client.delivery.moveEvents.run(plan);
    return {
      data: { from, to: { hub: hubKey(to.hub), url: to.hub.url, team: to.team }, moved, events, projects },
      text: textOf(plan, withJournal, moved),
    };
  },
});

const preview = (project: ProjectMove, to: MovePlan['to'], withJournal: boolean): string => {
  const { projectSlug, projectUuid, team, held, delivered } = project;
  const there = withJournal ? `, ${delivered} that the former hub has already` : '';
  return `${projectSlug ?? projectUuid}: ${held} held for team ${team}${there} → team ${to.team} at ${to.hub.url}`;
};

const textOf = ({ to, projects, events }: MovePlan, withJournal: boolean, moved: boolean): string => {
  if (moved) return `${events} events go to ${to.hub.url} next. Deliver them now with: spec-kitty sync now`;
  if (events > 0) return 'Nothing was moved.';
  const there = projects.reduce((sum: number, { delivered }: ProjectMove) => sum + delivered, 0);
  return withJournal
    ? 'Nothing is held for that hub.'
    : `Nothing is held for that hub. It has ${there} events that are still in the journal; they go along with --journal.`;
};
