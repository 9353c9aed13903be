import { messageOf } from '../../domain/errors.js';
import { findEvidence, pathsOf, planRepair } from '../../domain/work/intent-resolution.js';
import type { Findings, Repair, Texts } from '../../domain/work/intent-resolution.js';
import type { IntendedEvent, Intent } from '../../domain/work/intent.js';
import type { HeldRepository } from '../../ports/events.js';
import type { CaptureLimits, CaptureOutcome, Fact, Outboxes, Outbox } from '../../ports/outbox.js';
import type { FeatureFiles, IntentStore, Repository } from '../../ports/work.js';
import { asKept, captureIntent, isUnsettled, keptOf } from './kept-events.js';
import type { KeptEvents, WorkOutcome } from './kept-events.js';
import { mainCheckout } from './main-checkout.js';

/** What became of the intent of a process that died. */
export interface ResolvedLeftOver {
  /** Events that were captured just now, because their work had been done. */
  readonly outcomes: readonly WorkOutcome[];
  /** Ids of the events whose work left no evidence. */
  readonly withdrawn: readonly string[];
  /** Why git refused the commit of the work that was found; the files stay as they are, uncommitted. */
  readonly commitRefused?: string;
  /** Events that the storage did not take. The intent still has them, until one of other work takes its place. */
  readonly kept?: KeptEvents;
}

interface ResolveLeftOverPorts {
  readonly repository: Repository;
  readonly files: FeatureFiles;
  readonly intents: IntentStore;
  readonly outboxes: Outboxes;
}

/**
 * Brings the intent of a process that died to one of its two ends. The caller holds the repository's lock, so nobody
 * is still at work on it: what the journal has is done, what a file proves is committed and captured, and the rest
 * never happened.
 */
export class ResolveLeftOver {
  readonly #ports: ResolveLeftOverPorts;

  constructor(ports: ResolveLeftOverPorts) {
    this.#ports = ports;
  }

  /** `undefined` when there was nothing left over. Safe to repeat: killed in the middle, the next call goes on. */
  async run(held: HeldRepository, limits: CaptureLimits): Promise<ResolvedLeftOver | undefined> {
    const intent = await this.#ports.intents.read(held);
    if (intent === 'none') return undefined;
    // The intent is synced before the first edit: one that was torn belongs to work that had not begun.
    const resolved = intent === 'unreadable' ? undefined : await this.#resolve(held, intent, limits);
    if (resolved?.kept === undefined) await this.#ports.intents.clear(held);
    else await this.#ports.intents.write(held, captureIntent(resolved.kept));
    return resolved;
  }

  async #resolve(held: HeldRepository, intent: Intent, limits: CaptureLimits): Promise<ResolvedLeftOver> {
    await this.#ports.files.sweep(held, pathsOf(intent));
    const outbox = this.#ports.outboxes.open(intent.project);
    const { ids, trouble } = await searchJournal(outbox, intent, limits);
    const main = mainCheckout(held.checkout);
    const isCheckedOut = (await this.#ports.repository.head(main)).branch === intent.branch;
    const findings = await this.#findings(held, intent, ids, isCheckedOut);
    const commitRefused =
      isCheckedOut && findings.proven.length > 0 ? await this.#commit(held, intent) : undefined;
    const comesAgain = { ...limits, callerKeeps: true };
    const outcomes =
      trouble === undefined
        ? await outbox.capture(findings.proven.map(factOf), comesAgain)
        : findings.proven.map(({ event }) => unconfirmed(event.event_id, trouble));
    const kept = [
      ...(trouble === undefined ? [] : findings.captured),
      ...findings.proven.filter((_, index) => isUnsettled(outcomes[index])),
    ];
    const withdrawn = findings.unproven.map(({ event }) => event.event_id);
    if (withdrawn.length > 0) await outbox.noteWithdrawn(withdrawn, NO_EVIDENCE).catch(() => undefined);
    return {
      outcomes: outcomes.map(asKept),
      withdrawn,
      ...(commitRefused === undefined ? {} : { commitRefused }),
      ...(kept.length === 0 ? {} : { kept: keptOf(intent, kept) }),
    };
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
    await (repair === 'finish'
      ? this.#ports.files.write(held, edits)
      : this.#ports.files.restore(held, edits));
  }

  async #commit(held: HeldRepository, { commit }: Intent): Promise<string | undefined> {
    if (commit === undefined) return undefined;
    const paths: string[] = [];
    for (const path of commit.paths) {
      if (await this.#ports.repository.isUncommitted(mainCheckout(held.checkout), path)) paths.push(path);
    }
    if (paths.length === 0) return undefined;
    const committed = await this.#ports.repository.commit(held, paths, commit.message);
    return committed.ok ? undefined : committed.error;
  }

  async #texts(held: HeldRepository, intent: Intent): Promise<Texts> {
    return textsOf(intent, (path) => this.#ports.files.text(held.checkout.projectRoot, path));
  }

  async #textsAtTip(held: HeldRepository, intent: Intent): Promise<Texts> {
    const { branch } = intent;
    if (branch === undefined) return new Map();
    return textsOf(intent, (path) => this.#ports.repository.fileAtTip(held.checkout, branch, path));
  }
}

const NO_EVIDENCE = 'the command ended before its work was done';

const unconfirmed = (eventId: string, message: string): CaptureOutcome => ({
  outcome: 'unconfirmed',
  eventId,
  message,
});

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

/** Which of the intended events a journal has, durably there. */
interface JournalSearch {
  readonly ids: ReadonlySet<string>;
  /** Why the journal could not be searched to its end, or why what is in it may not stay: nothing can be concluded. */
  readonly trouble?: string;
}

/** Looks for the events of an intent. A journal that was begun afresh meanwhile is searched as a whole. */
const searchJournal = async (
  outbox: Outbox,
  intent: Intent,
  limits: CaptureLimits,
): Promise<JournalSearch> => {
  const wanted = new Set(intent.events.map(({ event }) => event.event_id));
  const ids = new Set<string>();
  try {
    // Capturing nothing seals what waits for the lock, so that it is seen among the records.
    await outbox.capture([], limits);
    // Where not even its end can be told, the whole of it is searched: one failed read must not capture anything twice.
    const isSameJournal = (await outbox.nextRecord().catch(() => 0)) >= intent.nextRecord;
    for await (const { eventId } of outbox.records(isSameJournal ? intent.nextRecord : undefined)) {
      if (wanted.has(eventId)) ids.add(eventId);
    }
    if (ids.size > 0) await outbox.confirm();
    return { ids };
  } catch (error) {
    return { ids, trouble: messageOf(error) };
  }
};
