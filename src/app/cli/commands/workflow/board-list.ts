import { loggedLaneOf } from '../../../../domain/events/lane.js';
import { describeWorkPackageFault } from '../../../../domain/work/work-package.js';
import type { Report } from '../../define-command.js';
import { boardList } from '../../render/board-list.js';
import type { ClientContext } from '../shared/client.js';
import { featureRequest } from '../shared/feature-request.js';
import { boardDocument } from './board-document.js';

interface Args {
  readonly lane: readonly string[];
  readonly agent: string | undefined;
}

export const run = async (context: ClientContext<Args>): Promise<Report> => {
  const { args, terminal } = context;
  const client = await context.container();
  const readBoard = await client.get('readBoard');
  const board = await readBoard.run(await featureRequest(client, context));
  const nowMs = (await client.get('wallClock')).nowMs();
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
