import type { Phase, RunLimits } from '../../../../../domain/agents/state.js';
import type { ConsentQuestion } from '../../../../agents/agent-consent.js';
import type { ProgressListener } from '../../../../agents/orchestration-progress.js';
import { SignsOfLife, type RunningAgent } from '../../../../agents/signs-of-life.js';
import type { CommandContext, Report } from '../../../define-command.js';
import type { DataOf } from '../../../../documents/all.js';
import { askYesNo, canAsk } from '../../shared/ask.js';
import { findHubPage } from '../../shared/hub-page.js';
import { tellBeside, tellDelivery } from '../../shared/work-report.js';
import { resultReport, summary } from './reports.js';
import { commandLine, toldOf } from './told-lines.js';
import { duration } from '../../../../../domain/duration.js';
import { bold, cyan, dim, type Text } from '../../../render/text.js';
import { padEnd, stringWidth, truncate } from '../../../render/width.js';

type OrchestrateContext = CommandContext<{
  readonly agents: readonly string[];
  readonly resume: boolean;
  readonly trustAgents: boolean;
}>;

/** Runs an orchestration to its end, telling what happens; events are delivered meanwhile. */
export const runOrchestration = async (
  context: OrchestrateContext,
  limits: Partial<RunLimits>,
): Promise<Report<DataOf<'orchestrate'>>> => {
  const { args, client, signal } = context;
  const request = await client.feature(context.common.feature);
  const signs = new SignsOfLife(await client.port('wallClock'));
  const over = new AbortController();
  let delivering: Promise<void> | undefined;
  const page = await findHubPage(client, context.common.feature);
  const display = await displayOf(context, () => signs.running());
  try {
    const result = await client.agents.orchestrateFeature.run(
      {
        ...request,
        agents: args.agents,
        limits,
        resume: args.resume,
        ...askingConsent(context),
        onProgress: (progress, standing) => {
          if (progress.what === 'started') {
            if (page?.isShared === true) context.terminal.note(['Seen live at ', page.url]);
            // Agents are to work also where delivery cannot even be composed.
            delivering ??= client.delivery.deliverBeside
              .run(request.checkout, () => signs.list(), over.signal)
              .catch(() => undefined);
          }
          signs.hear(progress);
          display.tell(progress, standing);
        },
      },
      signal,
    );
    await display.end();
    const { outcomes, emission } = result;
    const work = { result: {}, outcomes, ...(emission === undefined ? {} : { emission }) };
    tellBeside(work, context.terminal);
    // While this process delivers, it is the one that has something to say about it.
    await tellDelivery(work, context);
    return resultReport(result);
  } finally {
    await display.end();
    over.abort();
    await delivering;
  }
};

/** Who is at a terminal is asked, once the commands are shown; a script says it beforehand. */
const askingConsent = (context: OrchestrateContext): { readonly askConsent?: ConsentQuestion } => {
  const { args, terminal } = context;
  if (args.trustAgents) return { askConsent: async () => true };
  if (!canAsk(context)) return {};
  return {
    askConsent: async (commands) => {
      for (const command of commands) terminal.say(commandLine(command));
      return askYesNo(context, 'May this repository run these commands with your rights?');
    },
  };
};

/** A live display on a terminal, plain lines elsewhere. Agents may print as much as they like: it is drawn at its own pace. */
const displayOf = async ({ client, terminal }: CommandContext, running: () => readonly RunningAgent[]) => {
  const [timer, clock] = await Promise.all([client.port('timer'), client.port('wallClock')]);
  const isLive = terminal.interactive;
  const over = new AbortController();
  let summarised = (): string => '';
  const draw = (): void => {
    if (isLive && !over.signal.aborted) terminal.progress(liveLines(running(), summarised(), clock.nowMs()));
  };
  const redraw = async (): Promise<void> => {
    for (; isLive && !over.signal.aborted; await timer.sleep(PACE_MS, over.signal)) draw();
  };
  const drawing = redraw();
  const tell: ProgressListener = (progress, standing) => {
    if (progress.what === 'line') return;
    summarised = () => summary(standing());
    const { counts, workPackages } = standing();
    // It is told that one is done before its run counts it.
    const line = toldOf(progress, { done: counts.done + 1, all: workPackages.length });
    if (line === undefined || (line.weight === 'passing' && isLive)) return;
    if (line.weight === 'warning') terminal.warn(line.text);
    else terminal.note(line.text);
    // What was drawn has made room for it.
    draw();
  };
  const end = async (): Promise<void> => {
    over.abort();
    await drawing;
    terminal.progress([]);
  };
  return { tell, end };
};

const PACE_MS = 200;

/** What a terminal shows while agents are at work: a line for at most `limit` of them, and how far everything is. */
export const liveLines = (
  running: readonly RunningAgent[],
  summary: string,
  nowMs: number,
  limit = MOST,
): readonly Text[] => {
  const shown = running.slice(0, limit);
  const agentWidth = Math.max(0, ...shown.map(({ agent }) => stringWidth(agent)));
  const idWidth = Math.max(0, ...shown.map(({ workPackageId }) => workPackageId.length));
  const hidden = running.length - shown.length;
  return [
    ...shown.map(({ workPackageId, phase, agent, startedAtMs, line }): Text => [
      bold(workPackageId.padEnd(idWidth)),
      ` ${PHASES[phase]} `,
      cyan(padEnd(truncate(agent, WIDEST_AGENT), Math.min(agentWidth, WIDEST_AGENT))),
      ` ${duration(nowMs - startedAtMs).padStart(AGE_WIDTH)}  `,
      dim(line),
    ]),
    ...(hidden === 0 ? [] : [dim(`and ${hidden} more`)]),
    summary,
  ];
};

/** More lines than a small window has could not be redrawn in place. */
const MOST = 16;
const WIDEST_AGENT = 16;
const AGE_WIDTH = 6;

const PHASES: Readonly<Record<Phase, string>> = { implementation: 'implement', review: 'review   ' };
