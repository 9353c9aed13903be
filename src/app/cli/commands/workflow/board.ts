import { duration } from '../../../../domain/duration.js';
import { LANES, loggedLaneOf, STATUS_LANES } from '../../../../domain/events/lane.js';
import { joinUsage, usageInWords } from '../../../../domain/events/usage.js';
import type { FeatureCards } from '../../../work/read-board.js';
import { choice, defineCommand, flag, text, type CommandContext } from '../../define-command.js';
import { widthOf } from '../../io.js';
import { boardLines, boardTable } from '../../render/board.js';
import { dim, lines, yellow, type Text } from '../../render/text.js';

/** Ours, and the finer ones of a status log. */
const ANY_LANES = [...new Set<string>([...LANES, ...STATUS_LANES])];

export const boardStatus = defineCommand({
  path: 'agent tasks status',
  summary: 'show the board of a feature: who has what, in which lane',
  details:
    'Reads the files of the feature and changes nothing. Where a feature has a status log, lanes are those of the log. With --watch and --json every change is one document on one line (NDJSON).',
  options: { watch: flag('show it again when something changes, until interrupted') },
  examples: [
    ['spec-kitty agent tasks status', 'the lanes beside each other'],
    ['spec-kitty agent tasks status --watch', 'stays, and follows the work'],
  ],
  run: async (context) => {
    const { args, client, common, io, signal } = context;
    const request = await client.feature(common.feature);
    const clock = await client.port('wallClock');
    const { boardAt } = await import('../../../work/read-board.js');
    const frame = (board: FeatureCards): readonly Text[] =>
      // A terminal may be resized while somebody watches.
      frameOf(board, widthOf(io.stdout, io.env), clock.nowMs());
    if (!args.watch) {
      const board = await client.work.readBoard.run(request);
      const data = boardAt(board, clock.nowMs());
      return { data, text: lines(frame(board)), next: nextOnBoard(board) };
    }
    const { toDocument } = await import('../../../documents/all.js');
    const show = shower(context, frame, (board) =>
      toDocument('agent tasks status', boardAt(board, clock.nowMs())),
    );
    const timer = await client.port('timer');
    // Files change by the hands of many, and no system tells of all. It stays with the feature that the first look found.
    for (let asked = request; !signal.aborted; await timer.sleep(PERIOD_MS, signal)) {
      const board = await client.work.readBoard.run(asked);
      asked = { ...request, feature: board.feature };
      show(board);
    }
    return { outcome: 'interrupted', isStream: true };
  },
});

export const boardList = defineCommand({
  path: 'agent tasks list',
  summary: 'list the work packages of a feature',
  details: 'Reads the files of the feature and changes nothing.',
  options: {
    lane: { ...choice('only those in this lane', ANY_LANES), list: true },
    agent: text('only those of this agent', 'NAME'),
  },
  examples: [
    ['spec-kitty agent tasks list --lane doing,for_review', 'what is in work'],
    ['spec-kitty agent tasks list --agent claude --json', 'what claude has, for a program'],
  ],
  run: async ({ args, client, common, terminal }) => {
    const board = await client.work.readBoard.run(await client.feature(common.feature));
    const nowMs = (await client.port('wallClock')).nowMs();
    const { boardAt } = await import('../../../work/read-board.js');
    const isAsked = (lane: string | undefined): boolean => args.lane.some((each) => each === lane);
    const cards = board.cards.filter(
      (card) =>
        (args.lane.length === 0 || isAsked(card.lane) || isAsked(loggedLaneOf(card))) &&
        (args.agent === undefined || card.agent?.toLowerCase() === args.agent.toLowerCase()),
    );
    for (const warning of [...(board.warnings ?? []), ...board.unreadable]) terminal.warn(warning);
    for (const file of board.passedOver) terminal.warn(`${file}.`);
    return {
      data: boardAt({ ...board, cards }, nowMs),
      text: boardTable(board, cards, terminal.width, nowMs),
    };
  },
});

const PERIOD_MS = 1000;

/** The first work package that can be begun. */
const nextOnBoard = ({ cards }: FeatureCards): readonly string[] => {
  const ready = cards.find(({ lane, waitsFor }) => lane === 'planned' && waitsFor.length === 0);
  return ready === undefined ? [] : [`spec-kitty implement ${ready.workPackageId}`];
};

const frameOf = (board: FeatureCards, width: number, nowMs: number): readonly Text[] => [
  ...boardLines(board, width, nowMs),
  ...tookLines(board),
  ...(board.warnings ?? []).map((warning): Text => [yellow('contradicting'), `: ${warning}`]),
  ...board.unreadable.map((file): Text => [yellow('unreadable'), `: ${file}`]),
  ...board.passedOver.map((file): Text => [yellow('passed over'), `: ${file}`]),
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
  { common, io, terminal }: CommandContext,
  frame: (board: FeatureCards) => readonly Text[],
  document: (board: FeatureCards) => object,
): ((board: FeatureCards) => void) => {
  let shown: string | undefined;
  const isRedrawn = io.stdout.isTTY && !common.json;
  return (board) => {
    const whole = frame(board);
    const text = lines(isRedrawn ? cutToHeight(whole, io.stdout.rows) : whole);
    const seen = JSON.stringify(isRedrawn ? text : board);
    if (seen === shown) return;
    if (common.json) terminal.record(document(board));
    else if (isRedrawn) {
      terminal.raw(CLEAR);
      terminal.print(text);
    } else terminal.print(shown === undefined ? text : lines(['', text]));
    shown = seen;
  };
};

/** The cursor goes home, and what was there goes away. */
const CLEAR = '\u001b[H\u001b[2J';
