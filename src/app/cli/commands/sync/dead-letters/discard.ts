import { SyncError } from '../../../../../domain/errors.js';
import type { CommandContext, Report } from '../../../define-command.js';
import { askYesNo } from '../../shared/ask.js';
import { choiceOf, type ChoiceArgs } from './choice.js';

interface Args extends ChoiceArgs {
  readonly yes: boolean;
}

export const run = async (context: CommandContext<Args>): Promise<Report> => {
  const letters = await context.client.reports.decideDeadLetters.choose(choiceOf(context.args));
  if (letters.length > 0 && !(await isMeant(context, letters.length))) {
    return { data: { discarded: [] }, text: 'Nothing was discarded.' };
  }
  const { decided } = await context.client.reports.decideDeadLetters.run('discard', letters);
  return {
    data: { discarded: decided.map(({ eventId }) => eventId) },
    text: `Discarded ${decided.length}. They stay counted as discarded.`,
  };
};

const isMeant = async (context: CommandContext<Args>, count: number): Promise<boolean> => {
  const { args, common, io } = context;
  if (args.yes) return true;
  if (common.input && io.stdin().isTTY) {
    return askYesNo(
      context,
      `Throw ${count} ${count === 1 ? 'event' : 'events'} away? No hub will ever get them.`,
    );
  }
  throw new SyncError('wrong-usage', 'Nobody can be asked here whether the events shall be thrown away.', {
    hint: 'Say so with --yes.',
  });
};
