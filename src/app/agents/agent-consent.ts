import { SyncError } from '../../domain/errors.js';
import type { AgentCommand, AgentTrust } from '../../ports/agents.js';
import type { Checkout } from '../../ports/events.js';

/** Asks a person whether these may run; `true` is a yes. */
export type ConsentQuestion = (commands: readonly AgentCommand[]) => Promise<boolean>;

/**
 * A name that everybody knows must not run what only a repository knows: each redefinition is agreed to once for a
 * checkout and what it says. Fails with `agents-untrusted` without that, and where nobody can be asked.
 */
export const demandConsent = async (
  trust: AgentTrust,
  checkout: Checkout,
  commands: readonly AgentCommand[],
  ask: ConsentQuestion | undefined,
): Promise<void> => {
  const unknown: AgentCommand[] = [];
  for (const command of commands) {
    if (command.redefines && !(await trust.isGiven(checkout, contentOf(command)))) unknown.push(command);
  }
  if (unknown.length === 0) return;
  if (ask === undefined || !(await ask(unknown))) {
    const names = unknown.map(({ agent }) => agent).join(', ');
    const message = `.kittify/config.yaml redefines ${names}, and nobody agreed to it.`;
    throw new SyncError('agents-untrusted', message, {
      hint: 'Look at the commands with "spec-kitty orchestrate --dry-run". If they may run, use --trust-agents.',
    });
  }
  for (const command of unknown) await trust.give(checkout, contentOf(command));
};

const contentOf = ({ agent, argv }: AgentCommand): string => JSON.stringify([agent, ...argv]);
