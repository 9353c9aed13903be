import { isSyncError, messageOf } from '../../domain/errors.js';
import {
  findEvidence,
  pathsOf,
  planRepair,
  type Findings,
  type Texts,
  type IntendedEvent,
  type Intent,
} from '../../domain/work/intent.js';
import type { ClientPorts } from '../../ports/client.js';
import type { HeldRepository } from '../../ports/events.js';
import type { CaptureLimits, CaptureOutcome, Fact, Outbox } from '../../ports/outbox.js';
import { asKept, type ResolvedLeftOver } from './perform-work.js';
import { UseCase } from '../use-case.js';

type ResolveLeftOverPorts = Pick<ClientPorts, 'repository' | 'files' | 'intents' | 'outboxes'>;

/**
 * Brings the intent of a process that died to one of its two ends. The caller holds the repository's lock, so nobody
 * is still at work on it: what the journal has is done, what a file proves is committed and captured, and the rest
 * never happened.
 */
export class ResolveLeftOver extends UseCase<ResolveLeftOverPorts> {
  /** `undefined` when there was nothing left over. Safe to repeat: killed in the middle, the next call goes on. */
  async run(held: HeldRepository, limits: CaptureLimits): Promise<ResolvedLeftOver | undefined> {
    const intent = await this.ports.intents.read(held);
    if (intent === 'none') return undefined;
    // The intent is synced before the first edit: one that was torn belongs to work that had not begun.
    const resolved = intent === 'unreadable' ? undefined : await this.#resolve(held, intent, limits);
    if (resolved?.kept === undefined) await this.ports.intents.clear(held);
    else await this.ports.intents.write(held, resolved.kept);
    return resolved;
  }

  async #resolve(held: HeldRepository, intent: Intent, limits: CaptureLimits): Promise<ResolvedLeftOver> {
    const { files, outboxes, repository } = this.ports;
    await files.sweep(held, pathsOf(intent));
    const outbox = outboxes.open(intent.project);
    const { ids, trouble } = await searchJournal(outbox, intent, limits);
    const isCheckedOut = (await repository.head(held.checkout, 'main')).branch === intent.branch;
    const findings = await this.#findings(held, intent, ids, isCheckedOut);
    const { captured, proven } = findings;
    const commitRefused = isCheckedOut && proven.length > 0 ? await this.#commit(held, intent) : undefined;
    const tried: readonly CaptureOutcome[] =
      trouble === undefined
        ? await outbox.capture(proven.map(factOf), { ...limits, callerKeeps: true })
        : proven.map(({ event }) => ({
            outcome: 'unconfirmed',
            eventId: event.event_id,
            message: trouble,
          }));
    const outcomes = tried.map(asKept);
    const kept = [
      ...(trouble === undefined ? [] : captured),
      ...proven.filter((_, at) => outcomes[at]?.outcome === 'kept'),
    ];
    const withdrawn = findings.unproven.map(({ event }) => event.event_id);
    if (withdrawn.length > 0) await outbox.noteWithdrawn(withdrawn, NO_EVIDENCE).catch(() => undefined);
    const further = kept.length === 0 ? undefined : intentToCapture(intent, kept);
    return { outcomes, withdrawn, commitRefused, kept: further };
  }

  async #findings(
    held: HeldRepository,
    intent: Intent,
    capturedIds: ReadonlySet<string>,
    isCheckedOut: boolean,
  ): Promise<Findings> {
    const { files, repository } = this.ports;
    const { branch } = intent;
    const textsNow = (): Promise<Texts> =>
      textsOf(intent, (path) => files.text(held.checkout.projectRoot, path));
    const present = await textsNow();
    if (!isCheckedOut) {
      const atTip = await textsOf(intent, async (path) =>
        branch === undefined ? undefined : repository.fileAtTip(held.checkout, branch, path),
      );
      return findEvidence(intent, capturedIds, [present, atTip]);
    }
    const findings = findEvidence(intent, capturedIds, [present]);
    const { repair, changes } = planRepair(intent, findings, present);
    if (changes.length === 0) return findings;
    const edits = changes.map(({ path, before, after }) => ({ path, before, after }));
    await (repair === 'finish' ? files.write(held, edits) : files.restore(held, edits));
    return findEvidence(intent, capturedIds, [await textsNow()]);
  }

  async #commit(held: HeldRepository, { commit }: Intent): Promise<string | undefined> {
    const { repository } = this.ports;
    const paths: string[] = [];
    for (const path of commit?.paths ?? []) {
      if (await repository.isUncommitted(held.checkout, path)) paths.push(path);
    }
    if (commit === undefined || paths.length === 0) return undefined;
    const committed = await repository.commit(held, paths, commit.message);
    return committed.ok ? undefined : committed.error;
  }
}

interface LeftOversPorts extends Pick<ClientPorts, 'checkouts' | 'repository'> {
  readonly resolveLeftOver: Pick<ResolveLeftOver, 'run'>;
}

/** Brings what dead commands left over in a project's checkouts to an end, wherever nobody is at work. */
export class LeftOvers extends UseCase<LeftOversPorts> {
  /** Tries each repository once. A checkout that is gone, busy or out of order is left to its next command. */
  async resolve(projectUuid: string, limits: CaptureLimits): Promise<void> {
    const { checkouts, repository, resolveLeftOver } = this.ports;
    const known = (await checkouts.list()).filter((checkout) => checkout.projectUuid === projectUuid);
    for (const { path } of known) {
      try {
        const checkout = await repository.locate(path);
        if (checkout === undefined) continue;
        await repository.tryExclusive(checkout, (held) => resolveLeftOver.run(held, limits));
      } catch (error) {
        if (!isSyncError(error)) throw error;
      }
    }
  }
}

const NO_EVIDENCE = 'the command ended before its work was done';

const factOf = ({ evidence: _, ...fact }: IntendedEvent): Fact => fact;

/** The same events, for whoever looks for them again: their work needs no further proof. */
const intentToCapture = ({ project, nextRecord }: Intent, events: readonly IntendedEvent[]): Intent => ({
  version: 1,
  project,
  events: events.map((each) => ({
    ...each,
    evidence: { evidence: 'established', path: each.evidence.path },
  })),
  nextRecord,
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
