import type { AgentCatalog, AgentCatalogReading } from '../../ports/agents.js';
import type { ConfigStore } from '../../ports/config.js';
import { readAgentsSection } from './agents-section.js';
import { BUILT_IN_AGENTS } from './built-in-agents.js';

/** The agents that are known by themselves, and those of the project's `.kittify/config.yaml`. */
export class ConfigAgentCatalog implements AgentCatalog {
  readonly #configs: Pick<ConfigStore, 'read'>;

  constructor(configs: Pick<ConfigStore, 'read'>) {
    this.#configs = configs;
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
