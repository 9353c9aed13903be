import { TOKEN_VARIABLE, type Environment } from '../../domain/child-environment.js';
import type { AgentRun } from '../../ports/agents.js';

export type { Environment };

/** The variable by which everything that an agent starts is recognised, however far it went from its parents. */
export const WORKTREE_VARIABLE = 'SPEC_KITTY_AGENT_WORKTREE';

/** The whole entry of the environment, with the byte that ends it, as the kernel of Linux shows it. */
export const markOf = (directory: string): string =>
  Buffer.from(`${WORKTREE_VARIABLE}=${directory}\0`, 'utf8').toString('latin1');

/**
 * What an agent's program finds in its environment: ours, without the token, without the variables by which a hook points its
 * children at one repository and its index, and with those by which programs leave out colour.
 */
export const agentEnvironment = (own: Environment, run: AgentRun): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(own).filter(([name]) => !LEFT_OUT.has(name.toUpperCase()))),
  NO_COLOR: '1',
  // The orchestrator delivers; a process of its own would outlive the agent that started it.
  SPEC_KITTY_SYNC: 'off',
  ...run.environment,
  [WORKTREE_VARIABLE]: run.directory,
});

const LEFT_OUT = new Set([
  TOKEN_VARIABLE,
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_COMMON_DIR',
  'GIT_OBJECT_DIRECTORY',
  'GIT_PREFIX',
  'GIT_NAMESPACE',
  'GIT_QUARANTINE_PATH',
  'FORCE_COLOR',
  'CLICOLOR_FORCE',
]);
