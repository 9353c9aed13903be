import { SyncError } from '../../domain/errors.js';
import { intentOf, type Intent } from '../../domain/work/intent.js';
import type { Outbox } from '../../ports/outbox.js';
import type { FeatureFiles, FileChange, IntentStore, Merges, Repository } from '../../ports/work.js';
import type { HeldRepository } from '../../ports/events.js';
import type { Emission, EventEmitter } from '../outbox/event-emitter.js';
import { asKept, captureIntent, isUnsettled, withKept, type KeptEvents } from './kept-events.js';
import { mainCheckout } from './main-checkout.js';
import type { ResolveLeftOver } from './resolve-left-over.js';
import type { PerformedWork, WorkPlan, WorkRequest } from './work-plan.js';

/** What the use cases that change a plan work with. */
export interface WorkPorts {
  readonly repository: Repository;
  readonly files: FeatureFiles;
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
  readonly resolveLeftOver: Pick<ResolveLeftOver, 'run'>;
}

/**
 * Changes tracked files and captures the events of the change as one: under the repository's lock it resolves what a
 * dead command left over, plans, notes the intent, edits, commits, captures and forgets the intent, in this order.
 * Killed anywhere in between, the next resolver finds the intent and brings it to one of the two ends.
 *
 * Work that fails is undone before the error is thrown, so there is nothing to count as withdrawn: that number means
 * work of which nobody could be told.
 */
export class PerformWork {
  readonly #ports: PerformWorkPorts;

  constructor(ports: PerformWorkPorts) {
    this.#ports = ports;
  }

  /**
   * Fails with what the plan refuses, with `lock-busy`, and with `commit-refused` or the breakage itself when the
   * work could not be done; the files are then as before. What happens to the events never makes it fail. Breakage is
   * captured as an event of its own; a refusal is not.
   */
  async run<R>(request: WorkRequest<R>, signal?: AbortSignal): Promise<PerformedWork<R>> {
    // Beginning may mint the identity, which takes the repository's lock itself.
    const emission = request.emission ?? (await this.#ports.emitter.begin(request.checkout));
    try {
      return await this.#ports.repository.exclusive(
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
    const leftOver = await this.#ports.resolveLeftOver.run(held, emission.limits);
    const plan = await request.plan(emission, held);
    const { warnings } = plan;
    const aside = {
      emission,
      ...(leftOver === undefined ? {} : { leftOver }),
      ...(warnings === undefined ? {} : { warnings }),
    };
    if (plan.changes.length === 0 && plan.events.length === 0)
      return { result: plan.result, outcomes: [], ...aside };
    const kept = leftOver?.kept;
    const commit = await this.#undoOnFailure(plan, () => this.#work(held, emission, plan, kept));
    const facts = plan.events.map(({ fact }) => fact);
    const outcomes = facts.length === 0 ? [] : await emission.capture(facts, { callerKeeps: true });
    // What the storage did not take stays in the intent, with its evidence, for the next resolver.
    if (kept === undefined && !outcomes.some(isUnsettled)) await this.#forget(held);
    return {
      result: plan.result,
      outcomes: outcomes.map(asKept),
      ...(commit === undefined ? {} : { commit }),
      ...aside,
    };
  }

  async #work<R>(
    held: HeldRepository,
    emission: Emission,
    plan: WorkPlan<R>,
    kept: KeptEvents | undefined,
  ): Promise<string | undefined> {
    const paths = await this.#pathsOfCommit(held, plan);
    await this.#demandPlace(held, plan, paths);
    await this.#ports.intents.write(held, withKept(await this.#intentOf(held, emission, plan, paths), kept));
    try {
      await this.#ports.files.write(held, plan.changes);
    } catch (error) {
      await this.#takeBack(held, plan.changes, kept);
      throw error;
    }
    try {
      return await this.#commit(held, plan, paths);
    } catch (error) {
      await this.#takeBack(held, await this.#asTheyAre(held, plan.changes), kept);
      throw error;
    }
  }

  /**
   * The changes with the texts that the files have now: a hook that refuses may have reformatted them first, and our
   * edit must not stay in what it made of them.
   */
  async #asTheyAre(held: HeldRepository, changes: readonly FileChange[]): Promise<readonly FileChange[]> {
    const present: FileChange[] = [];
    for (const change of changes) {
      const text = await this.#ports.files
        .text(held.checkout.projectRoot, change.path)
        .catch(() => undefined);
      present.push({ ...change, after: text ?? change.after });
    }
    return present;
  }

  /** What no commit can hold is refused before anything is written. */
  async #demandPlace<R>(held: HeldRepository, plan: WorkPlan<R>, paths: readonly string[]): Promise<void> {
    if (plan.message === undefined || !isUnderGit(held)) return;
    const obstacle = await this.#ports.repository.commitObstacle(held, paths);
    if (obstacle !== undefined) throw commitRefused(`This cannot be committed: ${obstacle}.`);
  }

  /** What is made from other files is committed only where the repository has it: elsewhere it is ignored, or nobody's. */
  async #pathsOfCommit<R>({ checkout }: HeldRepository, plan: WorkPlan<R>): Promise<readonly string[]> {
    const paths: string[] = [];
    for (const { path, isDerived } of plan.changes) {
      const { branch } = isDerived === true ? await this.#ports.repository.head(mainCheckout(checkout)) : {};
      const isOurs =
        branch === undefined ||
        (await this.#ports.repository.fileAtTip(checkout, branch, path)) !== undefined;
      if (isOurs) paths.push(path);
    }
    return paths;
  }

  async #commit<R>(
    held: HeldRepository,
    plan: WorkPlan<R>,
    paths: readonly string[],
  ): Promise<string | undefined> {
    if (plan.message === undefined || !isUnderGit(held)) return undefined;
    const committed = await this.#ports.repository.commit(held, paths, plan.message);
    if (committed.ok) return committed.value;
    throw commitRefused(`Git refused the commit: ${committed.error}`);
  }

  async #intentOf<R>(
    held: HeldRepository,
    emission: Emission,
    plan: WorkPlan<R>,
    paths: readonly string[],
  ): Promise<Intent> {
    const { branch } = await this.#ports.repository.head(mainCheckout(held.checkout));
    return intentOf({
      project: emission.outbox.project,
      branch,
      events: plan.events.map(({ fact, evidence }) => ({ ...fact, evidence })),
      changes: plan.changes,
      message: isUnderGit(held) ? plan.message : undefined,
      paths,
      nextRecord: await nextRecord(emission.outbox),
    });
  }

  /** Restores the bytes, then forgets the intent: killed in between, its events have no evidence any more. */
  async #takeBack(
    held: HeldRepository,
    changes: readonly FileChange[],
    kept: KeptEvents | undefined,
  ): Promise<void> {
    try {
      await this.#ports.files.restore(held, changes);
      await (kept === undefined
        ? this.#ports.intents.clear(held)
        : this.#ports.intents.write(held, captureIntent(kept)));
    } catch {
      // The first failure is the one to report. The intent stays where it could not be cleared, and the next
      // resolver looks at the files again.
    }
  }

  /** The work is done and captured: an intent that cannot be cleared is found done by the next resolver. */
  async #forget(held: HeldRepository): Promise<void> {
    await this.#ports.intents.clear(held).catch(() => undefined);
  }

  async #undoOnFailure<R, T>(plan: WorkPlan<R>, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      await plan.undo?.().catch(() => undefined);
      throw error;
    }
  }
}

const commitRefused = (message: string): SyncError =>
  new SyncError('commit-refused', message, {
    hint: 'Nothing has changed. Remove what is named and run the command again, or use --no-commit and commit yourself.',
  });

const isUnderGit = (held: HeldRepository): boolean => held.checkout.commonDir !== undefined;

/** An outbox that cannot say where it stands is searched from its beginning, if it ever has to be. */
const nextRecord = async (outbox: Outbox): Promise<number> => {
  try {
    return await outbox.nextRecord();
  } catch {
    return 0;
  }
};
