import type { Report } from '../../define-command.js';
import { wrongUsage } from '../../usage.js';
import { checkoutOf, type ClientContext } from '../shared/client.js';
import { featureRequest } from '../shared/feature-request.js';
import type { OrchestrateArgs } from './orchestrate/arguments.js';
import { abortReport, planReport, statusReport } from './orchestrate/reports.js';
import { runOrchestration } from './orchestrate/run-orchestration.js';

export const run = async (context: ClientContext<OrchestrateArgs>): Promise<Report> => {
  const { args, common, io, signal, terminal } = context;
  refuseMixture(args);
  const client = await context.container();
  if (args.guard) {
    const guardAgents = await client.get('guardAgents');
    await guardAgents(io.stdin(), () => io.stdout.write('ready\n'));
    return { data: {}, isStream: true };
  }
  if (args.status) {
    const status = await client.get('orchestrationStatus');
    return statusReport(
      await status.run({ checkout: await checkoutOf(client, common.project) }),
      terminal.width,
    );
  }
  if (args.abort) {
    const abort = await client.get('abortOrchestration');
    return abortReport(await abort.run({ checkout: await checkoutOf(client, common.project) }, signal));
  }
  if (args.dryRun) {
    const plan = await client.get('planOrchestration');
    const request = await featureRequest(client, context);
    return planReport(await plan.run({ ...request, agents: args.agents, limits: limitsOf(args) }));
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
