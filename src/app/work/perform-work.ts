import { SyncError } from '../../domain/errors.js';
import { intentOf, type Evidence, type Intent } from '../../domain/work/intent.js';
import type { ClientPorts } from '../../ports/client.js';
import type { Checkout, HeldRepository } from '../../ports/events.js';
import type { CaptureLimits, CaptureOutcome, Fact } from '../../ports/outbox.js';
import type { FeatureFiles, FileChange, IntentStore, Merges, Repository } from '../../ports/work.js';
import type { Emission, EventEmitter } from '../outbox/event-emitter.js';
import type { WorkSubject } from './log-breakage.js';
import { UseCase } from '../use-case.js';

/** An event of the work, and where the proof will stand that its work was done. */
export interface PlannedEvent {
  readonly fact: Fact;
  readonly evidence: Evidence;
}

/** What a command decided from fresh files, under the repository's lock. Without changes and events it is nothing to do. */
export interface WorkPlan<R> {
  readonly result: R;
  /** In the order of writing: a file that holds evidence comes after those that hold none. */
  readonly changes: readonly FileChange[];
  /** In the order of capture. The evidence of each stands in the `after` of a change, and not in its `before`. */
  readonly events: readonly PlannedEvent[];
  /** What is told beside the result: files that contradict each other. */
  readonly warnings?: readonly string[] | undefined;
  /** Message of the commit of exactly the changed files; absent leaves the commit to the user. */
  readonly message?: string | undefined;
}

/** Takes back what a plan did beside its changes, such as a work tree. */
export type Undo = () => Promise<void>;

export interface WorkRequest<R> {
  readonly checkout: Checkout;
  /** Goes into the event of work that breaks. */
  readonly subject?: WorkSubject;
  /**
   * Reads the files and decides; refuses by throwing a `SyncError`. Runs once, under the repository's lock. When it or
   * the work fails after all, what it put into `undoing` is called, the last first.
   */
  readonly plan: (emission: Emission, held: HeldRepository, undoing: Undo[]) => Promise<WorkPlan<R>>;
}

export interface PerformedWork<R> {
  readonly result: R;
  /** What became of each event, in order. Whatever it is, it is to be reported and fails nothing. */
  readonly outcomes: readonly WorkOutcome[];
  /** As the plan has them. */
  readonly warnings?: readonly string[] | undefined;
  /** The commit that holds the work, if one was made. */
  readonly commit?: string | undefined;
  /** What an earlier command had left over, if anything. */
  readonly leftOver?: ResolvedLeftOver | undefined;
  /** Who, where and for whom the work was done; absent when nothing was attempted. */
  readonly emission?: Emission;
}

/** What became of the intent of a process that died. */
export interface ResolvedLeftOver {
  /** Events that were captured just now, because their work had been done. */
  readonly outcomes: readonly WorkOutcome[];
  /** Ids of the events whose work left no evidence. */
  readonly withdrawn: readonly string[];
  /** Why git refused the commit of the work that was found; the files stay as they are, uncommitted. */
  readonly commitRefused?: string | undefined;
  /**
   * The intent to capture what the storage did not take, and nothing else: the work is proven. It stays, until one of
   * other work takes its place and keeps these events with its own.
   */
  readonly kept?: Intent | undefined;
}

/**
 * What became of an event of a piece of work. `kept`: the storage of the outbox is in trouble; the event stays in the
 * repository's intent, and the next command or pass captures it.
 */
export type WorkOutcome =
  CaptureOutcome | { readonly outcome: 'kept'; readonly eventId: string; readonly message: string };

/** What the use cases that change a plan work with. */
export interface WorkPorts extends Pick<ClientPorts, 'repository' | 'files'> {
  readonly perform: PerformWork;
}

/** The same for those that look at branches, too. */
export interface MergingPorts extends WorkPorts {
  readonly merges: Merges;
}

interface PerformWorkPorts {
  readonly repository: Repository;
  readonly files: FeatureFiles;
  readonly intents: IntentStore;
  readonly emitter: Pick<EventEmitter, 'begin'>;
  readonly resolveLeftOver: {
    run(held: HeldRepository, limits: CaptureLimits): Promise<ResolvedLeftOver | undefined>;
  };
}

/**
 * Changes tracked files and captures the events of the change as one: under the repository's lock it resolves what a
 * dead command left over, plans, notes the intent, edits, commits, captures and forgets the intent, in this order.
 * Killed anywhere in between, the next resolver finds the intent and brings it to one of the two ends.
 *
 * Work that fails is undone before the error is thrown, so there is nothing to count as withdrawn: that number means
 * work of which nobody could be told.
 */
export class PerformWork extends UseCase<PerformWorkPorts> {
  /**
   * Fails with what the plan refuses, with `lock-busy`, and with `commit-refused` or the breakage itself when the
   * work could not be done; the files are then as before. What happens to the events never makes it fail. Breakage is
   * captured as an event of its own; a refusal is not.
   */
  async run<R>(request: WorkRequest<R>, signal?: AbortSignal): Promise<PerformedWork<R>> {
    // Beginning may mint the identity, which takes the repository's lock itself.
    const emission = await this.ports.emitter.begin(request.checkout);
    try {
      return await this.ports.repository.exclusive(
        request.checkout,
        (held) => this.#perform(held, emission, request),
        signal,
      );
    } catch (error) {
      const { logBreakage } = await import('./log-breakage.js');
      await logBreakage(error, emission, request.subject);
      throw error;
    }
  }

  async #perform<R>(
    held: HeldRepository,
    emission: Emission,
    request: WorkRequest<R>,
  ): Promise<PerformedWork<R>> {
    const leftOver = await this.ports.resolveLeftOver.run(held, emission.limits);
    const kept = leftOver?.kept;
    const undoing: Undo[] = [];
    const planAndWork = async () => {
      const plan = await request.plan(emission, held, undoing);
      const isIdle = plan.changes.length + plan.events.length === 0;
      return { plan, isIdle, commit: isIdle ? undefined : await this.#work(held, emission, plan, kept) };
    };
    const { plan, isIdle, commit } = await planAndWork().catch(async (error: unknown) => {
      // The first failure is the one to report.
      for (const undo of undoing.reverse()) await undo().catch(() => undefined);
      throw error;
    });
    const { result, events, warnings } = plan;
    const aside = { result, emission, leftOver, warnings };
    if (isIdle) return { ...aside, outcomes: [] };
    const facts = events.map(({ fact }) => fact);
    const captured = facts.length === 0 ? [] : await emission.capture(facts, { callerKeeps: true });
    const outcomes = captured.map(asKept);
    // What the storage did not take stays in the intent, with its evidence, for the next resolver. An intent that cannot
    // be cleared is found done by it.
    if (kept === undefined && !outcomes.some(({ outcome }) => outcome === 'kept'))
      await this.ports.intents.clear(held).catch(() => undefined);
    return { ...aside, outcomes, commit };
  }

  /** Does the work, or nothing of it; the commit that holds it, if one is wanted. */
  async #work<R>(
    held: HeldRepository,
    emission: Emission,
    { changes, events, message: wanted }: WorkPlan<R>,
    kept: Intent | undefined,
  ): Promise<string | undefined> {
    const { repository, files, intents } = this.ports;
    const { branch } = await repository.head(held.checkout, 'main');
    // What is made from other files is committed only where the repository has it: elsewhere it is ignored, or nobody's.
    const isOurs = await Promise.all(
      changes.map(
        async ({ path, isDerived }) =>
          isDerived !== true ||
          branch === undefined ||
          (await repository.fileAtTip(held.checkout, branch, path)) !== undefined,
      ),
    );
    const paths = changes.flatMap(({ path }, at) => (isOurs[at] === true ? path : []));
    const message = held.checkout.commonDir === undefined ? undefined : wanted;
    // What no commit can hold is refused before anything is written.
    const obstacle = message === undefined ? undefined : await repository.commitObstacle(held, paths);
    if (obstacle !== undefined) throw commitRefused(`This cannot be committed: ${obstacle}.`);
    const intent = intentOf({
      project: emission.outbox.project,
      ...{ branch, changes, message, paths },
      events: events.map(({ fact, evidence }) => ({ ...fact, evidence })),
      // An outbox that cannot say where it stands is searched from its beginning, if it ever has to be.
      nextRecord: await emission.outbox.nextRecord().catch(() => 0),
    });
    await intents.write(held, withKept(intent, kept));
    let isWritten = false;
    try {
      await files.write(held, changes);
      isWritten = true;
      if (message === undefined) return undefined;
      const committed = await repository.commit(held, paths, message);
      if (committed.ok) return committed.value;
      throw commitRefused(`Git refused the commit: ${committed.error}`);
    } catch (error) {
      const written = isWritten ? await this.#asTheyAre(held.checkout, changes) : changes;
      await this.#takeBack(held, written, kept);
      throw error;
    }
  }

  /**
   * The changes with the texts that the files have now: a hook that refuses may have reformatted them first, and our
   * edit must not stay in what it made of them.
   */
  #asTheyAre({ projectRoot }: Checkout, changes: readonly FileChange[]): Promise<readonly FileChange[]> {
    const present = changes.map(async (change) => {
      const text = await this.ports.files.text(projectRoot, change.path).catch(() => undefined);
      return { ...change, after: text ?? change.after };
    });
    return Promise.all(present);
  }

  /** Restores the bytes, then forgets the intent: killed in between, its events have no evidence any more. */
  async #takeBack(
    held: HeldRepository,
    changes: readonly FileChange[],
    kept: Intent | undefined,
  ): Promise<void> {
    const { files, intents } = this.ports;
    try {
      await files.restore(held, changes);
      await (kept === undefined ? intents.clear(held) : intents.write(held, kept));
    } catch {
      // The first failure is the one to report. The intent stays where it could not be cleared, and the next
      // resolver looks at the files again.
    }
  }
}

export const nothingToDo = <R>(result: R): WorkPlan<R> => ({ result, changes: [], events: [] });

/** What is told of an event whose capture was tried: a full outbox is an answer, trouble of the storage passes. */
export const asKept = (outcome: CaptureOutcome): WorkOutcome =>
  outcome.outcome === 'unconfirmed' || (outcome.outcome === 'refused' && outcome.reason === 'storage-failed')
    ? { outcome: 'kept', eventId: outcome.eventId, message: outcome.message }
    : outcome;

const commitRefused = (message: string): SyncError =>
  new SyncError('commit-refused', message, {
    hint: 'Nothing has changed. Remove what is named and run the command again, or use --no-commit and commit yourself.',
  });

/**
 * The intent of further work, which also keeps what is still to be captured. Fails with `storage-failed` when that
 * belongs to another outbox, as after a change of the project's identity: an intent has one, and nothing may be lost.
 */
const withKept = (intent: Intent, kept: Intent | undefined): Intent => {
  if (kept === undefined) return intent;
  if (kept.project !== intent.project) {
    throw new SyncError(
      'storage-failed',
      `${kept.events.length} events of this repository's former identity cannot be stored yet.`,
      { hint: 'See what `spec-kitty sync doctor` says about the state root, then run the command again.' },
    );
  }
  const nextRecord = Math.min(kept.nextRecord, intent.nextRecord);
  return { ...intent, events: [...kept.events, ...intent.events], nextRecord };
};
