import type { AgentTrust } from '../../ports/agents.js';
import type { Checkout } from '../../ports/events.js';

/** Consents in memory. */
export class MemoryAgentTrust implements AgentTrust {
  readonly #given = new Set<string>();

  async isGiven({ projectRoot }: Checkout, content: string): Promise<boolean> {
    return this.#given.has(`${projectRoot}\0${content}`);
  }

  async give({ projectRoot }: Checkout, content: string): Promise<void> {
    this.#given.add(`${projectRoot}\0${content}`);
  }
}
