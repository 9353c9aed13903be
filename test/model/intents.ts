import { ResolveLeftOver } from '../../src/app/work/resolve-left-over.js';
import type { ResolvedLeftOver } from '../../src/app/work/perform-work.js';
import type { Fact, Outbox } from '../../src/ports/outbox.js';
import { PROJECT } from '../support/facts.js';
import { workflowWorld } from '../support/workflow-world.js';
import type { DiskFault, FaultyDisk } from './faulty-disk.js';

/** What a command was about to do and capture when it died. */
export interface ModelIntent {
  readonly facts: readonly Fact[];
  /** Which of them a file proves. */
  readonly isProven: readonly boolean[];
  readonly nextRecord: number;
}

const PATH = 'kitty-specs/001-x/tasks/WP01-a.md';

/** A project outside git, which is quickest, in which a command died. Of all its files, only the outbox's meet the fault. */
export const resolveIntent = async (
  intent: ModelIntent,
  outbox: Outbox,
  disk: FaultyDisk,
  fault: DiskFault | undefined,
): Promise<ResolvedLeftOver | undefined> => {
  const { repository, files, intents, checkout } = workflowWorld(
    { [PATH]: intent.facts.map((fact, index) => (intent.isProven[index] ? lineOf(fact) : '')).join('\n') },
    { underGit: false },
  );
  const resolver = new ResolveLeftOver({
    repository: beside(repository, disk),
    files: beside(files, disk),
    intents: beside(intents, disk),
    outboxes: {
      list: async () => [PROJECT],
      open: () => outbox,
    },
  });
  return repository.exclusive(await checkout(), async (held) => {
    await intents.write(held, {
      version: 1,
      project: PROJECT,
      nextRecord: intent.nextRecord,
      events: intent.facts.map((fact) => ({
        ...fact,
        evidence: { evidence: 'line', path: PATH, line: lineOf(fact) },
      })),
    });
    disk.arm(fault);
    return resolver.run(held, { maxWaiting: Infinity });
  });
};

/** The same port on a disk that is in order, for as long as the process lives. */
const beside = <P extends object>(port: P, disk: FaultyDisk): P =>
  new Proxy(port, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function'
        ? (...args: unknown[]) => disk.aside(async () => member.apply(target, args) as unknown)
        : member;
    },
  });

const lineOf = ({ event }: Fact): string => `- done ${event.event_id}`;
