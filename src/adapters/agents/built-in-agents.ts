import type { AgentCommand } from '../../ports/agents.js';

/**
 * How the common agent programs are called where nobody can answer them: one task, no questions, plain text, and the
 * prompt as standard input, because arguments are limited in length and shown to every user of the machine. All of them
 * are allowed to edit files and to run commands in their work tree. `docs/orchestrate.md` names the sources.
 */
export const BUILT_IN_AGENTS: ReadonlyMap<string, AgentCommand> = new Map(
  Object.entries({
    claude: byInput('claude', '--print', '--permission-mode', 'bypassPermissions'),
    codex: byInput('codex', 'exec', '--sandbox', 'workspace-write', '-'),
    gemini: byInput('gemini', '--approval-mode', 'yolo', '--skip-trust'),
    copilot: byInput('copilot', '--allow-all-tools', '--no-ask-user', '-s'),
    cursor: cursorAgent(),
    'cursor-agent': cursorAgent(),
    opencode: byInput('opencode', 'run', '--auto'),
    qwen: byInput('qwen', '--approval-mode', 'yolo'),
    aider: {
      argv: ['aider', '--yes-always', '--no-pretty', '--no-stream', '--message-file', '{prompt_file}'],
      isPromptInput: false,
    },
  }),
);

function byInput(...argv: readonly string[]): AgentCommand {
  return { argv, isPromptInput: true };
}

function cursorAgent(): AgentCommand {
  return byInput('cursor-agent', '--print', '--force', '--trust', '--output-format', 'text');
}
