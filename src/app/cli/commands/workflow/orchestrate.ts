import { defineCommand, flag, number, text, type ArgsOf } from '../../define-command.js';
import { wrongUsage } from '../../usage.js';

const OPTIONS = {
  agents: { ...text('agents by name, the preferred one first', 'A,B'), list: true },
  'max-parallel': number('agents that run at once; 3 unless given'),
  'no-merge': flag('leave what is approved unmerged, in for_review'),
  'dry-run': flag('only say what would be done'),
  status: flag('say where the orchestration of this project stands'),
  resume: flag('go on with the run that was interrupted or needed you'),
  abort: flag('stop the run and give it up; nothing is undone'),
  'trust-agents': flag('agree to agents that .kittify/config.yaml redefines, for this checkout'),
  guard: { ...flag('be the process that ends agents left behind'), hidden: true },
} as const;

type OrchestrateArgs = ArgsOf<typeof OPTIONS>;

export const orchestrate = defineCommand({
  path: 'orchestrate',
  summary: 'let agents implement, review and merge a whole feature',
  details:
    'Agents come from --agents or from agents.available in .kittify/config.yaml, in the order of preference: the first implements, the next one reviews, and each takes over where another failed. They work unattended in work trees of their own. Interrupted or killed, a run goes on with --resume. See docs/orchestrate.md.',
  options: OPTIONS,
  examples: [
    ['spec-kitty orchestrate --feature 028-sync --agents claude,codex', 'claude implements, codex reviews'],
    [
      'spec-kitty orchestrate --feature 028-sync --dry-run',
      'see first what would be done, and in which order',
    ],
    ['spec-kitty orchestrate --resume', 'after you settled what it had paused for'],
  ],
  run: async (context) => {
    const { args, client, common, io, signal, terminal } = context;
    refuseMixture(args);
    if (args.guard) {
      await client.agents.guardAgents.run(io.stdin());
      return { isStream: true };
    }
    const { abortReport, planReport, statusReport } = await import('./orchestrate/reports.js');
    if (args.status) {
      const report = await client.agents.orchestrationStatus.run({ checkout: await client.checkout() });
      return statusReport(report, terminal.width);
    }
    if (args.abort) {
      const request = { checkout: await client.checkout() };
      return abortReport(await client.agents.abortOrchestration.run(request, signal));
    }
    const limits = limitsOf(args);
    if (args.dryRun) {
      const request = { ...(await client.feature(common.feature)), agents: args.agents, limits };
      return planReport(await client.agents.planOrchestration.run(request));
    }
    const { runOrchestration } = await import('./orchestrate/run-orchestration.js');
    return runOrchestration(context, limits);
  },
});

const limitsOf = ({ maxParallel, noMerge }: OrchestrateArgs) => ({
  ...(maxParallel === undefined ? {} : { maxParallel }),
  ...(noMerge ? { merges: false } : {}),
});

/** Each of these options asks for something else than the others. */
const refuseMixture = (args: OrchestrateArgs): void => {
  const { agents, maxParallel, noMerge, dryRun, status, resume, abort } = args;
  const all = { '--dry-run': dryRun, '--status': status, '--resume': resume, '--abort': abort };
  const [first, second] = Object.entries(all).flatMap(([name, isAsked]) => (isAsked ? [name] : []));
  if (first !== undefined && second !== undefined)
    throw wrongUsage(`The options ${first} and ${second} exclude each other.`, ['orchestrate']);
  const isAboutRun = agents.length > 0 || maxParallel !== undefined || noMerge;
  if (isAboutRun && (status || abort)) {
    throw wrongUsage(`The option ${first} takes no agents and no limits.`, ['orchestrate']);
  }
};
