import { abortRun, endRun } from '../../domain/agents/begin-run.js';
import { nextTasks, type NextTask, type Task } from '../../domain/agents/next-tasks.js';
import { observe } from '../../domain/agents/observe.js';
import { letGo, paused } from '../../domain/agents/record.js';
import type { WorkPackageRecord } from '../../domain/agents/state.js';
import { isSyncError, type SyncError } from '../../domain/errors.js';
import { withoutPaths } from '../../domain/work/breakage.js';
import { nothingToDo } from '../work/work-plan.js';
import { advance } from './advance.js';
import type { OrchestrationRun } from './orchestration-run.js';

export type RunEnd = 'completed' | 'paused' | 'interrupted' | 'aborted';

/**
 * Drives a run to its end, whatever ends it: that nothing is left to do, the signal, somebody's request to give it up, or
 * its own breakage. Writes down how it ended. Every agent has ended by then.
 */
export const driveOrchestration = async (
  run: OrchestrationRun,
  signal: AbortSignal | undefined,
): Promise<RunEnd> => {
  const stopped = new AbortController();
  const over = new AbortController();
  let cause: 'interrupted' | 'aborted' | 'failed' | undefined;
  const stopBy = (because: NonNullable<typeof cause>): void => {
    if (cause !== undefined) return;
    cause = because;
    run.tell({ what: 'stopping', because });
    stopped.abort();
  };
  const interrupt = (): void => stopBy('interrupted');
  const close = (): Promise<void> => {
    run.state =
      cause === 'aborted'
        ? abortRun(run.state, run.now())
        : endRun(run.state, run.now(), cause !== undefined);
    return run.save();
  };
  if (signal?.aborted === true) interrupt();
  signal?.addEventListener('abort', interrupt, { once: true });
  const watching = whenAskedToStop(run, over.signal, () => stopBy('aborted'));
  try {
    await new Tasks(run, stopped.signal, () => stopBy('failed')).carryOut();
  } catch (error) {
    // What broke the run is to be told, also when it keeps the state from being written.
    await close().catch(() => undefined);
    throw error;
  } finally {
    signal?.removeEventListener('abort', interrupt);
    over.abort();
    await watching;
  }
  await close();
  const { status } = run.state;
  if (status === 'aborted') return 'aborted';
  if (cause === 'interrupted') return 'interrupted';
  return status === 'completed' ? 'completed' : 'paused';
};

const whenAskedToStop = async (
  { ports: { orchestrationStore, timer }, place }: OrchestrationRun,
  over: AbortSignal,
  stop: () => void,
): Promise<void> => {
  while (!over.aborted) {
    await timer.sleep(POLL_MS, over);
    if (!over.aborted && (await orchestrationStore.isAskedToStop(place))) return stop();
  }
};

const POLL_MS = 300;

/**
 * What a run is doing: looks at the files, lets the domain say what is next with each work package, does all of that
 * beside each other, and looks again whenever something has ended. What is about to be done is durable before, and so is
 * what came of it before the next.
 */
class Tasks {
  readonly #run: OrchestrationRun;
  readonly #stopped: AbortSignal;
  readonly #broken: () => void;
  readonly #busy = new Map<string, { readonly task: Task; readonly over: Promise<void> }>();
  /** Whether something has ended since the last look began. */
  #isNews = true;
  #breakage: { readonly error: unknown } | undefined;

  /** @param broken called when a task found something that nobody thought of, or the state could not be written */
  constructor(run: OrchestrationRun, stopped: AbortSignal, broken: () => void) {
    this.#run = run;
    this.#stopped = stopped;
    this.#broken = broken;
  }

  /** Ends when nothing is left to do, or, when the signal aborts, as soon as every agent has stopped. */
  async carryOut(): Promise<void> {
    while (this.#isNews || this.#busy.size > 0) {
      if (!this.#isNews) await Promise.race([...this.#busy.values()].map(({ over }) => over));
      this.#isNews = false;
      if (!this.#stopped.aborted) await this.#guard(() => this.#launch());
    }
    if (this.#breakage !== undefined) throw this.#breakage.error;
  }

  async #launch(): Promise<void> {
    const run = this.#run;
    // What was busy when the look began may have been moved since: what was seen of it is old.
    const before = [...this.#busy];
    await run.look();
    if (this.#stopped.aborted) return;
    const busy = new Map(before.map(([id, { task }]) => [id, task]));
    const { state, notices } = observe(run.state, run.view, (id) => busy.has(id));
    run.state = state;
    for (const { id, notice } of notices) run.tell({ what: 'noticed', workPackageId: id, notice });
    for (const next of nextTasks(state, run.view, busy)) {
      const over = this.#guard(() => this.#take(next)).finally(() => {
        this.#busy.delete(next.id);
        this.#isNews = true;
      });
      this.#busy.set(next.id, { task: next.task, over });
    }
    await run.save();
    await this.#announcePauses();
  }

  /** What keeps a work package from going on pauses it. A repository in use is asked again before. */
  async #take({ id, task }: NextTask): Promise<void> {
    const run = this.#run;
    for (let tries = 1; !this.#stopped.aborted; tries++) {
      try {
        await advance(run, id, task, this.#stopped);
        break;
      } catch (error) {
        if (!isSyncError(error) || run.isBroken) throw error;
        if (error.kind === 'interrupted' || this.#stopped.aborted) break;
        if (error.kind !== 'lock-busy' || tries >= TRIES) {
          run.change(id, (record) => pausedBy(task === 'claim' ? letGo(record) : record, error));
          break;
        }
        await run.ports.timer.sleep(RETRY_MS, this.#stopped);
      }
    }
    await this.#announcePauses();
  }

  async #announcePauses(): Promise<void> {
    for (let next = this.#run.paused.shift(); next !== undefined; next = this.#run.paused.shift())
      await announcePause(this.#run, next);
  }

  /** Remembers the first breakage, after which nothing more is begun; there is nobody above a task who could catch it. */
  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#breakage ??= { error };
      this.#broken();
    }
  }
}

const TRIES = 3;
const RETRY_MS = 1_000;

const pausedBy = (record: WorkPackageRecord, { kind, message, hint }: SyncError): WorkPackageRecord =>
  paused(
    record,
    kind === 'merge-conflict' ? 'merge-conflict' : 'step-failed',
    hint === undefined ? message : `${message} ${hint}`,
  );

/**
 * Tells the team that a person has to look at a work package before the run can go on with it: one `ErrorLogged`, which
 * proves nothing in a file. Whatever happens to the work package next says that it is over. One that cannot be told of
 * costs the team a hint, and the run nothing.
 */
const announcePause = async (
  run: OrchestrationRun,
  { id, pause, implementer }: WorkPackageRecord,
): Promise<void> => {
  // What somebody took for themselves waits for nobody.
  if (pause === undefined || pause.reason === 'taken-away') return;
  try {
    await run.perform({ workPackageId: id }, async (emission) => {
      const fact = emission.fact('ErrorLogged', id, {
        ...{ error_type: 'runtime', error_message: withoutPaths(pause.detail), wp_id: id },
        ...{ feature_slug: run.feature, pause_reason: pause.reason },
        ...(implementer === undefined ? {} : { agent_id: implementer }),
      });
      await emission.capture([fact]);
      return nothingToDo(undefined);
    });
  } catch (error) {
    if (!isSyncError(error)) throw error;
    run.tell({ what: 'noticed', workPackageId: id, notice: `The team was not told: ${error.message}` });
  }
};
