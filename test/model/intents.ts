import { MemoryFeatureFiles } from '../../src/adapters/memory/memory-feature-files.js';
import { MemoryIntentStore } from '../../src/adapters/memory/memory-intent-store.js';
import { MemoryRepository } from '../../src/adapters/memory/memory-repository.js';
import { MemoryWorkTree } from '../../src/adapters/memory/memory-work-tree.js';
import { ResolveLeftOver, type ResolvedLeftOver } from '../../src/app/work/resolve-left-over.js';
import type { Fact, Outbox } from '../../src/ports/outbox.js';
import { PROJECT } from '../support/facts.js';

/** What a command was about to do and capture when it died. */
export interface ModelIntent {
  readonly facts: readonly Fact[];
  /** Which of them a file proves. */
  readonly isProven: readonly boolean[];
  readonly nextRecord: number;
}

const ROOT = '/work';
const PATH = 'kitty-specs/001-x/tasks/WP01-a.md';

/** A repository in which a command died. */
export const resolveIntent = async (
  intent: ModelIntent,
  outbox: Outbox,
  maxWaiting: number,
): Promise<ResolvedLeftOver | undefined> => {
  const tree = new MemoryWorkTree();
  const files = new MemoryFeatureFiles(tree);
  const repository = new MemoryRepository({ root: ROOT, files: tree });
  const intents = new MemoryIntentStore();
  const checkout = (await repository.locate(ROOT))!;
  files.put(
    ROOT,
    PATH,
    intent.facts.map((fact, index) => (intent.isProven[index] ? lineOf(fact) : '')).join('\n'),
  );
  const resolver = new ResolveLeftOver({
    repository,
    files,
    intents,
    outboxes: {
      list: async () => [PROJECT],
      open: () => outbox,
    },
  });
  return repository.exclusive(checkout, async (held) => {
    await intents.write(held, {
      version: 1,
      project: PROJECT,
      branch: 'main',
      nextRecord: intent.nextRecord,
      events: intent.facts.map((fact) => ({
        ...fact,
        evidence: { evidence: 'line', path: PATH, line: lineOf(fact) },
      })),
    });
    return resolver.run(held, { maxWaiting });
  });
};

const lineOf = ({ event }: Fact): string => `- done ${event.event_id}`;
