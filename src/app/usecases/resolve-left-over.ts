import type { IntendedEvent, Intent } from '../../domain/workflow/intent.js';
import {
  findEvidence,
  pathsOf,
  planRepair,
  type Findings,
  type Repair,
  type Texts,
} from '../../domain/workflow/intent-resolution.js';
import type { CaptureLimits, CaptureOutcome, Fact, Outbox, Outboxes } from '../../ports/queue.js';
import type { FeatureFiles, HeldRepository, IntentStore, Repository } from '../../ports/workspace.js';
import { mainCheckout } from './main-checkout.js';

/** What became of the intent of a process that died. */
export interface ResolvedLeftOver {
  /** Events that were captured just now, because their work had been done. */
  readonly outcomes: readonly CaptureOutcome[];
  /** Ids of the events whose work left no evidence. */
  readonly withdrawn: readonly string[];
  /** Why git refused the commit of the work that was found; the files stay as they are, uncommitted. */
  readonly commitRefused?: string;
}

/**
 * Brings the intent of a process that died to one of its two ends. The caller holds the repository's lock, so nobody
 * is still at work on it: what the journal has is done, what a file proves is committed and captured, and the rest
 * never happened.
 */
export class ResolveLeftOver {
  readonly #repository: Repository;
  readonly #files: FeatureFiles;
  readonly #intents: IntentStore;
  readonly #outboxes: Outboxes;

  constructor(repository: Repository, files: FeatureFiles, intents: IntentStore, outboxes: Outboxes) {
    this.#repository = repository;
    this.#files = files;
    this.#intents = intents;
    this.#outboxes = outboxes;
  }

  /** `undefined` when there was nothing left over. Safe to repeat: killed in the middle, the next call goes on. */
  async run(held: HeldRepository, limits: CaptureLimits): Promise<ResolvedLeftOver | undefined> {
    const intent = await this.#intents.read(held);
    if (intent === 'none') return undefined;
    // The intent is synced before the first edit: one that was torn belongs to work that had not begun.
    const resolved = intent === 'unreadable' ? undefined : await this.#resolve(held, intent, limits);
    await this.#intents.clear(held);
    return resolved;
  }

  async #resolve(held: HeldRepository, intent: Intent, limits: CaptureLimits): Promise<ResolvedLeftOver> {
    await this.#files.sweep(held, pathsOf(intent));
    const outbox = this.#outboxes.open(intent.project);
    const capturedIds = await idsInJournal(outbox, intent, limits);
    const main = mainCheckout(held.checkout);
    const isCheckedOut = (await this.#repository.head(main)).branch === intent.branch;
    const findings = await this.#findings(held, intent, capturedIds, isCheckedOut);
    const commitRefused =
      isCheckedOut && findings.proven.length > 0 ? await this.#commit(held, intent) : undefined;
    const outcomes = await outbox.capture(findings.proven.map(factOf), limits);
    const withdrawn = findings.unproven.map(({ event }) => event.event_id);
    if (withdrawn.length > 0) await outbox.noteWithdrawn(withdrawn, NO_EVIDENCE).catch(() => undefined);
    return { outcomes, withdrawn, ...(commitRefused === undefined ? {} : { commitRefused }) };
  }

  async #findings(
    held: HeldRepository,
    intent: Intent,
    capturedIds: ReadonlySet<string>,
    isCheckedOut: boolean,
  ): Promise<Findings> {
    const present = await this.#texts(held, intent);
    if (!isCheckedOut)
      return findEvidence(intent, capturedIds, [present, await this.#textsAtTip(held, intent)]);
    const findings = findEvidence(intent, capturedIds, [present]);
    const repair = planRepair(intent, findings, present);
    if (repair.changes.length === 0) return findings;
    await this.#repair(held, repair);
    return findEvidence(intent, capturedIds, [await this.#texts(held, intent)]);
  }

  async #repair(held: HeldRepository, { repair, changes }: Repair): Promise<void> {
    const edits = changes.map(({ path, before, after }) => ({ path, before, after }));
    await (repair === 'finish' ? this.#files.write(held, edits) : this.#files.restore(held, edits));
  }

  async #commit(held: HeldRepository, { commit }: Intent): Promise<string | undefined> {
    if (commit === undefined) return undefined;
    const paths: string[] = [];
    for (const path of commit.paths) {
      if (await this.#repository.isUncommitted(mainCheckout(held.checkout), path)) paths.push(path);
    }
    if (paths.length === 0) return undefined;
    const committed = await this.#repository.commit(held, paths, commit.message);
    return committed.ok ? undefined : committed.error;
  }

  async #texts(held: HeldRepository, intent: Intent): Promise<Texts> {
    return textsOf(intent, (path) => this.#files.text(held.checkout.projectRoot, path));
  }

  async #textsAtTip(held: HeldRepository, intent: Intent): Promise<Texts> {
    const { branch } = intent;
    if (branch === undefined) return new Map();
    return textsOf(intent, (path) => this.#repository.fileAtTip(held.checkout, branch, path));
  }
}

const NO_EVIDENCE = 'the command ended before its work was done';

const factOf = ({ event, hub, issues }: IntendedEvent): Fact => ({
  event,
  ...(hub === undefined ? {} : { hub }),
  ...(issues === undefined ? {} : { issues }),
});

const textsOf = async (
  intent: Intent,
  read: (path: string) => Promise<string | undefined>,
): Promise<Texts> => {
  const texts = new Map<string, string>();
  for (const path of pathsOf(intent)) {
    const text = await read(path);
    if (text !== undefined) texts.set(path, text);
  }
  return texts;
};

/**
 * Which of the intended events the journal has. A journal that was begun afresh meanwhile is searched as a whole, and
 * one that cannot be read counts as having none: captured twice, an event keeps its id, and the hub takes it once.
 */
const idsInJournal = async (
  outbox: Outbox,
  intent: Intent,
  limits: CaptureLimits,
): Promise<ReadonlySet<string>> => {
  const wanted = new Set(intent.events.map(({ event }) => event.event_id));
  const found = new Set<string>();
  try {
    // Capturing nothing seals what waits for the lock, so that it is seen among the records.
    await outbox.capture([], limits);
    // Where not even its end can be told, the whole of it is searched: one failed read must not capture anything twice.
    const isSameJournal = (await outbox.nextRecord().catch(() => 0)) >= intent.nextRecord;
    for await (const { eventId } of outbox.records(isSameJournal ? intent.nextRecord : undefined)) {
      if (wanted.has(eventId)) found.add(eventId);
    }
  } catch {
    return found;
  }
  return found;
};
