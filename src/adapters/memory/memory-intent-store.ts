import type { Intent } from '../../domain/work/intent.js';
import { parseIntent } from '../../domain/work/parse-intent.js';
import type { IntentStore } from '../../ports/work.js';
import type { HeldRepository } from '../../ports/events.js';

/** Intents that live as long as this object. They are kept as text, so that what comes back shares nothing with what went in. */
export class MemoryIntentStore implements IntentStore {
  readonly #texts = new Map<string, string>();

  async read({ checkout }: HeldRepository): Promise<'none' | 'unreadable' | Intent> {
    const text = this.#texts.get(checkout.projectRoot);
    return text === undefined ? 'none' : (parseIntent(JSON.parse(text)) ?? 'unreadable');
  }

  async write({ checkout }: HeldRepository, intent: Intent): Promise<void> {
    this.#texts.set(checkout.projectRoot, JSON.stringify(intent));
  }

  async clear({ checkout }: HeldRepository): Promise<void> {
    this.#texts.delete(checkout.projectRoot);
  }
}
