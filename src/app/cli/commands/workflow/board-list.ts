import { loggedLaneOf } from '../../../../domain/events/lane.js';
import { describeWorkPackageFault } from '../../../../domain/work/work-package.js';
import type { CommandContext, Report } from '../../define-command.js';
import { boardList } from '../../render/board-list.js';
import { boardDocument } from './board-document.js';

interface Args {
  readonly lane: readonly string[];
  readonly agent: string | undefined;
}

export const run = async (context: CommandContext<Args>): Promise<Report> => {
  const { args, client, terminal } = context;
  const board = await client.work.readBoard.run(await client.feature(context.common.feature));
  const nowMs = (await client.port('wallClock')).nowMs();
  const cards = board.cards.filter(
    (card) =>
      (args.lane.length === 0 ||
        args.lane.some((lane) => lane === card.lane || lane === loggedLaneOf(card))) &&
      (args.agent === undefined || card.agent?.toLowerCase() === args.agent.toLowerCase()),
  );
  for (const warning of board.warnings ?? []) terminal.warn(warning);
  for (const fault of board.faults) terminal.warn(describeWorkPackageFault(fault));
  for (const { path, reason } of board.passedOver) terminal.warn(`${path} ${reason}.`);
  return {
    data: boardDocument({ ...board, cards }, nowMs),
    text: boardList(board, cards, terminal.width, nowMs),
  };
};
