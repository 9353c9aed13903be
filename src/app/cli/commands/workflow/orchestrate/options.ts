import { flag, number, text, type ArgsOf, type CommandContext } from '../../../define-command.js';

export const OPTIONS = {
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

export type OrchestrateArgs = ArgsOf<'orchestrate', typeof OPTIONS>;

export type OrchestrateContext = CommandContext<OrchestrateArgs>;
