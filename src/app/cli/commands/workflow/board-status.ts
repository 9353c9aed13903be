import { duration } from '../../../../domain/duration.js';
import { joinUsage, usageInWords } from '../../../../domain/events/usage.js';
import type { FeatureCards } from '../../../work/read-board.js';
import type { CommandContext, NextCommand, Report } from '../../define-command.js';
import { widthOf } from '../../io.js';
import { boardLines } from '../../render/board.js';
import { describeWorkPackageFault } from '../../../../domain/work/work-package.js';
import { dim, lines, yellow, type Text } from '../../render/text.js';
import { nextCommand } from '../shared/next-command.js';
import { boardDocument } from './board-document.js';

interface Args {
  readonly watch: boolean;
}

export const run = async (context: CommandContext<Args>): Promise<Report> => {
  const { client } = context;
  const request = await client.feature(context.common.feature);
  const clock = await client.port('wallClock');
  const frame = (board: FeatureCards): readonly Text[] =>
    // A terminal may be resized while somebody watches.
    frameOf(board, widthOf(context.io.stdout, context.io.env), clock.nowMs());
  if (!context.args.watch) {
    const board = await client.work.readBoard.run(request);
    return {
      data: boardDocument(board, clock.nowMs()),
      text: lines(frame(board)),
      next: nextOnBoard(board, context),
    };
  }
  const show = shower(context, frame, () => clock.nowMs());
  await client.work.watchBoard.run(request, show, context.signal);
  return { outcome: 'interrupted', isStream: true, data: {} };
};

/** The first work package that can be begun. */
const nextOnBoard = ({ cards }: FeatureCards, context: CommandContext<Args>): readonly NextCommand[] => {
  const ready = cards.find(({ lane, waitsFor }) => lane === 'planned' && waitsFor.length === 0);
  return ready === undefined ? [] : [nextCommand(context, `spec-kitty implement ${ready.workPackageId}`)];
};

const frameOf = (board: FeatureCards, width: number, nowMs: number): readonly Text[] => [
  ...boardLines(board, width, nowMs),
  ...tookLines(board),
  ...(board.warnings ?? []).map((warning): Text => [yellow('contradicting'), `: ${warning}`]),
  ...board.faults.map((fault): Text => [yellow('unreadable'), `: ${describeWorkPackageFault(fault)}`]),
  ...board.passedOver.map((each): Text => [yellow('passed over'), `: ${each.path} ${each.reason}`]),
];

/** What the agents took, which they report themselves. */
const tookLines = ({ cards }: FeatureCards): readonly Text[] => {
  const sum = joinUsage(cards.flatMap(({ usage }) => usage ?? []));
  if (sum.runs === 0) return [];
  const runs = `${sum.runs} ${sum.runs === 1 ? 'run' : 'runs'} of agents`;
  return ['', dim(`${[runs, ...usageInWords(sum, duration)].join(' \u00b7 ')} (as they report)`)];
};

/** The lines for which a terminal has room, the last of them free for the cursor. */
const cutToHeight = (frame: readonly Text[], rows: number | undefined): readonly Text[] =>
  rows === undefined || rows < 1 || frame.length < rows
    ? frame
    : [
        ...frame.slice(0, Math.max(0, rows - 2)),
        dim(`\u2026 ${frame.length - Math.max(0, rows - 2)} more lines`),
      ];

/** Shows what has changed: on a terminal in the same place, elsewhere below; ages alone are no change elsewhere. */
const shower = (
  { common, io, terminal }: CommandContext<Args>,
  frame: (board: FeatureCards) => readonly Text[],
  nowMs: () => number,
): ((board: FeatureCards) => void) => {
  let shown: string | undefined;
  const isRedrawn = io.stdout.isTTY && !common.json;
  return (board) => {
    const whole = frame(board);
    const text = lines(isRedrawn ? cutToHeight(whole, io.stdout.rows) : whole);
    const seen = JSON.stringify(isRedrawn ? text : board);
    if (seen === shown) return;
    if (common.json) terminal.record({ version: 1, ...boardDocument(board, nowMs()) });
    else if (isRedrawn) {
      terminal.raw(CLEAR);
      terminal.print(text);
    } else terminal.print(shown === undefined ? text : lines(['', text]));
    shown = seen;
  };
};

/** The cursor goes home, and what was there goes away. */
const CLEAR = '\u001b[H\u001b[2J';
