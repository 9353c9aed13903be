import type { RunLimits } from '../../../../../domain/agents/state.js';
import type { Checkout } from '../../../../../ports/events.js';
import type { DeliveryBeside } from '../../../../delivery/deliver-beside.js';
import type { ConsentQuestion } from '../../../../agents/agent-consent.js';
import type { ProgressListener } from '../../../../agents/orchestration-progress.js';
import { SignsOfLife } from '../../../../agents/signs-of-life.js';
import type { CommandContext, Report } from '../../../define-command.js';
import type { DataOf } from '../../../schemas/all.js';
import { askYesNo, canAsk } from '../../shared/ask.js';
import { findHubPage } from '../../shared/hub-page.js';
import { workReport } from '../../shared/work-report.js';
import { LiveAgents } from './live-agents.js';
import type { OrchestrateContext } from './options.js';
import { resultReport, summary } from './reports.js';
import { commandLine, toldOf } from './told-lines.js';

/** Runs an orchestration to its end, telling what happens; events are delivered meanwhile. */
export const runOrchestration = async (
  context: OrchestrateContext,
  limits: Partial<RunLimits>,
): Promise<Report<DataOf<'orchestrate'>>> => {
  const { args, client, signal } = context;
  const request = await client.feature(context.common.feature);
  const signs = new SignsOfLife(await client.port('wallClock'));
  const delivery = await prepareDelivery(context, request.checkout, signs);
  const page = await findHubPage(client, { feature: context.common.feature });
  const display = await displayOf(context);
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
            delivery.start();
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
    const { afterwards } = await workReport(context, work, '');
    // While this process delivers, it is the one that has something to say about it.
    await afterwards?.();
    return resultReport(result);
  } finally {
    await display.end();
    await delivery.stop();
  }
};

/** Agents are to work also where delivery cannot even be composed. */
const prepareDelivery = (
  { client }: CommandContext,
  checkout: Checkout,
  signs: SignsOfLife,
): Promise<DeliveryBeside> =>
  client.delivery.deliverBeside
    .prepare(checkout, () => signs.list())
    .catch(() => ({ start: () => undefined, stop: () => Promise.resolve() }));

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

interface Display {
  readonly tell: ProgressListener;
  end(): Promise<void>;
}

/** A live display on a terminal, plain lines elsewhere. Agents may print as much as they like: it is drawn at its own pace. */
const displayOf = async ({ client, terminal }: CommandContext): Promise<Display> => {
  const [timer, clock] = await Promise.all([client.port('timer'), client.port('wallClock')]);
  const live = terminal.interactive ? new LiveAgents() : undefined;
  const over = new AbortController();
  let summarised: () => string = () => '';
  let shown = '';
  const done = new Set<string>();
  let all = 0;
  const draw = (): void => {
    if (live === undefined || over.signal.aborted) return;
    const lines = live.lines(summarised(), clock.nowMs());
    const looks = JSON.stringify(lines);
    if (looks !== shown) terminal.progress(lines);
    shown = looks;
  };
  const redraw = async (): Promise<void> => {
    while (live !== undefined && !over.signal.aborted) {
      draw();
      await timer.sleep(PACE_MS, over.signal);
    }
  };
  const drawing = redraw();
  return {
    tell: (progress, standing) => {
      live?.note(progress);
      if (progress.what === 'line') return;
      summarised = () => summary(standing());
      if (progress.what === 'started') {
        const { workPackages } = standing();
        all = workPackages.length;
        for (const each of workPackages) if (each.standing === 'done') done.add(each.id);
      }
      if (progress.what === 'moved' && progress.to === 'done') done.add(progress.workPackageId);
      const line = toldOf(progress, { done: done.size, all });
      if (line === undefined || (line.weight === 'passing' && live !== undefined)) return;
      if (line.weight === 'warning') terminal.warn(line.text);
      else terminal.note(line.text);
      // What was drawn has made room for it.
      shown = '';
      draw();
    },
    end: async () => {
      over.abort();
      await drawing;
      terminal.progress([]);
    },
  };
};

const PACE_MS = 200;
