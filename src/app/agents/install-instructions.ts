import { HOST_FILES, instructionsFor, withPage, type AgentHost } from '../../domain/agents/instructions.js';
import { SyncError } from '../../domain/errors.js';
import type { ClientPorts } from '../../ports/client.js';
import type { Checkout } from '../../ports/events.js';
import type { FileChange } from '../../ports/work.js';
import { UseCase } from '../use-case.js';

export interface InstructionsInput {
  readonly checkout: Checkout;
  readonly host: AgentHost;
  /** `remove`: takes the page out of the file again. */
  readonly what: 'install' | 'remove';
}

/** Writes the page that teaches an agent the workflow into the file that its host reads, or takes it out again. */
export class InstallInstructions extends UseCase<Pick<ClientPorts, 'repository' | 'files'>> {
  /** What would change. Fails with `input-invalid` when a mark of the page is there without the other. */
  async plan({ checkout, host, what }: InstructionsInput): Promise<FileChange> {
    const path = HOST_FILES[host];
    const before = await this.ports.files.text(checkout.projectRoot, path);
    const after = withPage(before ?? '', what === 'install' ? instructionsFor(host) : undefined);
    if (after === undefined) {
      throw new SyncError('input-invalid', `${path} has not both of the marks around our page, once each.`, {
        hint: 'Take the lines with "spec-kitty: begin" and "spec-kitty: end" out of it, and what is left of the page.',
      });
    }
    return { path, before, after };
  }

  /** Makes exactly the change that was shown. Fails with `storage-failed` when the file has become another one meanwhile. */
  async run(checkout: Checkout, change: FileChange, signal?: AbortSignal): Promise<void> {
    const { path, before, after } = change;
    if ((before ?? '') === after) return;
    await this.ports.repository.exclusive(
      checkout,
      async (held) => {
        const { files } = this.ports;
        // A file in which nothing but the page was left is taken away as if it had just been made.
        if (after === '') await files.restore(held, [{ path, before: undefined, after: before ?? '' }]);
        else await files.write(held, [change]);
      },
      signal,
    );
  }
}
