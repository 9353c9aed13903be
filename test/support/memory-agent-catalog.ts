import type { AgentCatalog, AgentCatalogReading, AgentCommand } from '../../src/ports/agents.js';

/** Agents that are known by heart. */
export class MemoryAgentCatalog implements AgentCatalog {
  readonly #reading: AgentCatalogReading;
  /** Names of programs that this machine does not have. */
  readonly missing = new Set<string>();

  /** @param available in the order of preference; each is called by its own name unless a command is given */
  constructor(available: readonly string[], commands: Readonly<Record<string, Partial<AgentCommand>>> = {}) {
    const all = Object.entries({ ...Object.fromEntries(available.map((name) => [name, {}])), ...commands });
    const byName = all.map(([agent, command]): [string, AgentCommand] => [
      agent,
      { agent, argv: [agent, '{prompt_file}'], statedBy: 'program', redefines: false, ...command },
    ]);
    this.#reading = { available, commands: new Map(byName), issues: [] };
  }

  async isInstalled(_projectRoot: string, { argv }: AgentCommand): Promise<boolean> {
    return !this.missing.has(argv[0] ?? '');
  }

  async read(): Promise<AgentCatalogReading> {
    return this.#reading;
  }
}
