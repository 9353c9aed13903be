import type { Issue } from '../../domain/result.js';
import type { AgentCatalog, AgentCatalogReading, AgentCommand } from '../../ports/agents.js';

/** Agents that are known by heart. */
export class MemoryAgentCatalog implements AgentCatalog {
  readonly #reading: AgentCatalogReading;

  /** @param available in the order of preference; each is called by its own name unless a command is given */
  constructor(
    available: readonly string[],
    commands: Readonly<Record<string, AgentCommand>> = {},
    issues: readonly Issue[] = [],
    redefined: readonly string[] = [],
  ) {
    const byName = available.map((name): [string, AgentCommand] => [
      name,
      { argv: [name, '{prompt_file}'], isPromptInput: false },
    ]);
    this.#reading = {
      available,
      commands: new Map([...byName, ...Object.entries(commands)]),
      ofProject: redefined,
      redefined,
      issues,
    };
  }

  /** Names of programs that this machine does not have. */
  readonly missing = new Set<string>();

  isInstalled(_projectRoot: string, { argv }: AgentCommand): Promise<boolean> {
    return Promise.resolve(!this.missing.has(argv[0] ?? ''));
  }

  async read(): Promise<AgentCatalogReading> {
    return this.#reading;
  }
}
