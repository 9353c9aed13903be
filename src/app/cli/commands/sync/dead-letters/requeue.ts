import type { CommandContext, Report } from '../../../define-command.js';
import { lines } from '../../../render/text.js';
import { choiceOf, type ChoiceArgs } from './choice.js';

export const run = async ({ args, client }: CommandContext<ChoiceArgs>): Promise<Report> => {
  const { decided, left } = await client.reports.decideDeadLetters.run(
    'requeue',
    await client.reports.decideDeadLetters.choose(choiceOf(args)),
  );
  return {
    outcome: decided.length === 0 && left.length > 0 ? 'failed' : 'done',
    data: {
      requeued: decided.map(({ eventId }) => eventId),
      left: left.map(({ eventId, reason }) => ({ event_id: eventId, reason })),
    },
    text: lines([
      `${decided.length} ${decided.length === 1 ? 'event is' : 'events are'} pending again. Deliver with: spec-kitty sync now`,
      ...left.map(({ eventId, reason }) => `  ${eventId} can never be sent as it is: ${reason}`),
    ]),
  };
};
