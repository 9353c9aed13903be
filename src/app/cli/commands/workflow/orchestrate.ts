import type { CommandContext, Report } from '../../define-command.js';
import { wrongUsage } from '../../usage.js';
import type { OrchestrateArgs } from './orchestrate/arguments.js';
import { abortReport, planReport, statusReport } from './orchestrate/reports.js';
import { runOrchestration } from './orchestrate/run-orchestration.js';

export const run = async (context: CommandContext<OrchestrateArgs>): Promise<Report> => {
  const { args, client, io, signal, terminal } = context;
  refuseMixture(args);
  if (args.guard) {
    await client.agents.guardAgents.run(io.stdin(), () => io.stdout.write('ready\n'));
    return { data: {}, isStream: true };
  }
  if (args.status) {
    return statusReport(
      await client.agents.orchestrationStatus.run({ checkout: await client.checkout() }),
      terminal.width,
    );
  }
  if (args.abort) {
    return abortReport(
      await client.agents.abortOrchestration.run({ checkout: await client.checkout() }, signal),
    );
  }
  if (args.dryRun) {
    const request = await client.feature(context.common.feature);
    return planReport(
      await client.agents.planOrchestration.run({ ...request, agents: args.agents, limits: limitsOf(args) }),
    );
  }
  return runOrchestration(client, context, limitsOf(args));
};

const limitsOf = ({ maxParallel, noMerge }: OrchestrateArgs) => ({
  ...(maxParallel === undefined ? {} : { maxParallel }),
  ...(noMerge ? { merges: false } : {}),
});

/** Each of these options asks for something else than the others. */
const refuseMixture = (args: OrchestrateArgs): void => {
  const { agents, maxParallel, noMerge, dryRun, status, resume, abort } = args;
  const asked = Object.entries({
    '--dry-run': dryRun,
    '--status': status,
    '--resume': resume,
    '--abort': abort,
  })
    .filter(([, isAsked]) => isAsked)
    .map(([name]) => name);
  const [first, second] = asked;
  if (first !== undefined && second !== undefined)
    throw wrongUsage(`The options ${first} and ${second} exclude each other.`, ['orchestrate']);
  const isAboutRun = agents.length > 0 || maxParallel !== undefined || noMerge;
  if (isAboutRun && (status || abort)) {
    throw wrongUsage(`The option ${first} takes no agents and no limits.`, ['orchestrate']);
  }
};
