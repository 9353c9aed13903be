import { resolve } from 'node:path';
import type { AgentCatalog, AgentCatalogReading, AgentCommand } from '../../ports/agents.js';
import type { ConfigStore } from '../../ports/events.js';
import { findProgram, isExecutable } from '../fs/find-program.js';
import { readAgentsSection } from './agents-section.js';
import type { Environment } from '../../domain/child-environment.js';
import { BUILT_IN_AGENTS } from './built-in-agents.js';

/** The agents that are known by themselves, and those of the project's `.kittify/config.yaml`. */
export class ConfigAgentCatalog implements AgentCatalog {
  readonly #configs: Pick<ConfigStore, 'read'>;

  readonly #environment: Environment;

  /** @param environment what the programs of agents inherit */
  constructor(configs: Pick<ConfigStore, 'read'>, environment: Environment) {
    this.#configs = configs;
    this.#environment = environment;
  }

  async isInstalled(projectRoot: string, { argv }: AgentCommand): Promise<boolean> {
    const [program = ''] = argv;
    // What is filled in later, such as `{worktree}`, is taken for there.
    if (program.includes('{')) return true;
    // A path is relative to the work tree, where the project has it at the same place.
    const name = /[\\/]/.test(program) ? resolve(projectRoot, program) : program;
    const found = findProgram(name, this.#environment);
    return found !== undefined && isExecutable(found);
  }

  async read(projectRoot: string): Promise<AgentCatalogReading> {
    const reading = await this.#configs.read(projectRoot);
    switch (reading.state) {
      case 'absent':
        return readAgentsSection(undefined, BUILT_IN_AGENTS);
      case 'present':
        return readAgentsSection(reading.document, BUILT_IN_AGENTS);
      case 'unreadable':
        return { ...readAgentsSection(undefined, BUILT_IN_AGENTS), issues: reading.issues };
    }
  }
}
