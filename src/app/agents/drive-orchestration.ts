import { statusAtEnd } from '../../domain/agents/begin-run.js';
import { nextSteps, type NextStep } from '../../domain/agents/stage.js';
import { observe } from '../../domain/agents/observe.js';
import { LET_GO, paused } from '../../domain/agents/record.js';
import { isSyncError } from '../../domain/errors.js';
import { withoutPaths } from '../../domain/work/breakage.js';
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
  const close = async (): Promise<RunEnd> => {
    const status = statusAtEnd(run.state, cause);
    run.state = { ...run.state, status, updatedAt: run.now() };
    await run.save();
    return cause === 'interrupted' ? cause : status;
  };
  if (signal?.aborted === true) interrupt();
  signal?.addEventListener('abort', interrupt, { once: true });
  const watching = whenAskedToStop(run, over.signal, () => stopBy('aborted'));
  try {
    await takeSteps(run, stopped.signal, () => stopBy('failed'));
  } catch (error) {
    // What broke the run is to be told, also when it keeps the state from being written.
    await close().catch(() => undefined);
    throw error;
  } finally {
    signal?.removeEventListener('abort', interrupt);
    over.abort();
    await watching;
  }
  return close();
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
 * Looks at the files, lets the domain say what is next with each work package, does all of that beside each other, and
 * looks again whenever something has ended. Ends when nothing is left to do, or, when the signal aborts, as soon as every
 * agent has stopped. `broken` is called when a step found something that nobody thought of, or the state could not be
 * written: nothing more is begun then, and the first breakage is thrown at the end.
 */
const takeSteps = async (run: OrchestrationRun, stopped: AbortSignal, broken: () => void): Promise<void> => {
  const busy = new Map<string, NextStep & { readonly over: Promise<void> }>();
  let isNews = true;
  let breakage: { readonly error: unknown } | undefined;
  /** There is nobody above a step who could catch what breaks it. */
  const guard = (work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => {
      breakage ??= { error };
      broken();
    });
  const launch = async (): Promise<void> => {
    // What was busy when the look began may have been moved since: what was seen of it is old.
    const before = new Map([...busy].map(([id, { stage }]) => [id, stage]));
    await run.look();
    if (stopped.aborted) return;
    const { state, notices } = observe(run.state, run.view, (id) => before.has(id));
    run.state = state;
    for (const { id, notice } of notices) run.notice(id, notice);
    for (const next of nextSteps(state, run.view, before)) {
      const over = guard(take(run, next, stopped)).finally(() => {
        busy.delete(next.id);
        isNews = true;
      });
      busy.set(next.id, { ...next, over });
    }
    await run.save();
  };
  while (isNews || busy.size > 0) {
    if (!isNews) await Promise.race([...busy.values()].map(({ over }) => over));
    isNews = false;
    if (!stopped.aborted) await guard(launch());
    await guard(announcePauses(run));
  }
  if (breakage !== undefined) throw breakage.error;
};

/** What keeps a work package from going on pauses it. A repository in use is asked again before. */
const take = async (run: OrchestrationRun, { id, stage }: NextStep, stopped: AbortSignal): Promise<void> => {
  const isClaim = stage === 'waiting' || stage === 'claiming';
  for (let tries = 1; !stopped.aborted; tries++) {
    try {
      await advance(run, id, stage, stopped);
      break;
    } catch (error) {
      if (!isSyncError(error) || run.isBroken) throw error;
      if (error.kind === 'interrupted' || stopped.aborted) break;
      if (error.kind !== 'lock-busy' || tries >= TRIES) {
        const reason = error.kind === 'merge-conflict' ? 'merge-conflict' : 'step-failed';
        const detail = error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
        run.change(id, { ...(isClaim ? LET_GO : {}), ...paused(reason, detail) });
        break;
      }
      await run.ports.timer.sleep(RETRY_MS, stopped);
    }
  }
};

const TRIES = 3;
const RETRY_MS = 1_000;

/**
 * Tells the team that a person has to look at work packages before the run can go on with them: one `ErrorLogged` each,
 * which proves nothing in a file. Whatever happens to the work package next says that it is over. One that cannot be told
 * of costs the team a hint, and the run nothing.
 */
const announcePauses = async (run: OrchestrationRun): Promise<void> => {
  for (const { id, pause, implementer } of run.paused.splice(0)) {
    // What somebody took for themselves waits for nobody.
    if (pause === undefined || pause.reason === 'taken-away') continue;
    try {
      const emission = await run.ports.emitter.begin(run.checkout, run.state.runId);
      const fact = emission.fact('ErrorLogged', {
        ...{ error_type: 'runtime', error_message: withoutPaths(pause.detail), wp_id: id },
        ...{ feature_slug: run.feature, pause_reason: pause.reason },
        ...(implementer === undefined ? {} : { agent_id: implementer }),
      });
      await emission.capture([fact]);
    } catch (error) {
      if (!isSyncError(error)) throw error;
      run.notice(id, `The team was not told: ${error.message}`);
    }
  }
};
