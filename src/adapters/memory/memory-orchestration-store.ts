import { parseOrchestrationState } from '../../domain/agents/parse-state.js';
import type { OrchestrationState } from '../../domain/agents/state.js';
import type { OrchestrationReading, OrchestrationStore, OrchestratorPlace } from '../../ports/agents.js';
import type { Checkout } from '../../ports/events.js';

/** What orchestrators keep, as long as this object lives. States are kept as text: what comes back shares nothing with what went in. */
export class MemoryOrchestrationStore implements OrchestrationStore {
  readonly #texts = new Map<string, string>();
  readonly #places = new Map<string, OrchestratorPlace>();
  readonly #asked = new Set<string>();
  /** Prompts by their paths. */
  readonly prompts = new Map<string, string>();
  /** How often a state was written. */
  writes = 0;

  async occupy(checkout: Checkout): Promise<OrchestratorPlace | undefined> {
    const { projectRoot } = checkout;
    if (this.#places.has(projectRoot)) return undefined;
    this.#asked.delete(projectRoot);
    const place: OrchestratorPlace = {
      checkout,
      release: () => {
        if (this.#places.get(projectRoot) === place) this.#places.delete(projectRoot);
      },
    };
    this.#places.set(projectRoot, place);
    return place;
  }

  async isOccupied({ projectRoot }: Checkout): Promise<boolean> {
    return this.#places.has(projectRoot);
  }

  async read({ projectRoot }: Checkout): Promise<OrchestrationReading> {
    const text = this.#texts.get(projectRoot);
    if (text === undefined) return { found: 'none' };
    const state = parseOrchestrationState(JSON.parse(text));
    return state.ok ? { found: 'state', state: state.value } : { found: 'unreadable', issues: state.error };
  }

  async write({ checkout }: OrchestratorPlace, state: OrchestrationState): Promise<void> {
    this.writes += 1;
    this.#texts.set(checkout.projectRoot, JSON.stringify(state));
  }

  async askToStop({ projectRoot }: Checkout): Promise<void> {
    this.#asked.add(projectRoot);
  }

  async isAskedToStop({ checkout }: OrchestratorPlace): Promise<boolean> {
    return this.#asked.has(checkout.projectRoot);
  }

  async keepPrompt(
    { checkout }: OrchestratorPlace,
    feature: string,
    name: string,
    text: string,
  ): Promise<string> {
    const path = `${checkout.projectRoot}/.git/spec-kitty/orchestration/${feature}/${name}.md`;
    this.prompts.set(path, text);
    return path;
  }

  async logPath({ checkout }: OrchestratorPlace, feature: string, name: string): Promise<string> {
    return `${checkout.projectRoot}/.git/spec-kitty/orchestration/${feature}/${name}.log`;
  }

  /** Frees every place, as the kernel does when processes die. */
  vacate(): void {
    this.#places.clear();
  }

  /** Puts any document in the place of a project's state. */
  put(projectRoot: string, document: unknown): void {
    this.#texts.set(projectRoot, JSON.stringify(document));
  }
}
