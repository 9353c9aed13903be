import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { AgentTrust } from '../../ports/agents.js';
import type { Checkout } from '../../ports/events.js';
import { writeFileAtomic } from '../fs/atomic-write.js';
import { onStorage } from '../fs/storage-failure.js';
import { makeDirectory } from '../fs/make-directory.js';
import type { StateRoot } from '../fs/state-root.js';

/** A file for every consent, named by checkout and content; what it holds is for people. */
export class FileAgentTrust implements AgentTrust {
  readonly #root: StateRoot;

  constructor(root: StateRoot) {
    this.#root = root;
  }

  async isGiven(checkout: Checkout, content: string): Promise<boolean> {
    this.#root.check();
    return existsSync(this.#fileOf(checkout, content));
  }

  async give(checkout: Checkout, content: string): Promise<void> {
    const path = this.#fileOf(checkout, content);
    await onStorage(path, async () => {
      this.#root.make();
      makeDirectory(this.#root.file(FOLDER));
      const text = `${JSON.stringify({ checkout: checkout.projectRoot, content })}\n`;
      await writeFileAtomic(path, text, { mode: 0o600 });
    });
  }

  #fileOf({ projectRoot }: Checkout, content: string): string {
    const name = createHash('sha256').update(`${projectRoot}\0${content}`, 'utf8').digest('hex');
    return this.#root.file(FOLDER, `${name}.json`);
  }
}

const FOLDER = 'trusted-agents';
