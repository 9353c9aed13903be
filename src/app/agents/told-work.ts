import type { Emission } from '../outbox/event-emitter.js';
import type { WorkOutcome } from '../work/kept-events.js';
import type { PerformedWork } from '../work/work-plan.js';

/** What became of the events of many pieces of work. */
export class ToldWork {
  readonly #outcomes: WorkOutcome[] = [];
  #emission: Emission | undefined;

  /** In the order of the work. */
  get outcomes(): readonly WorkOutcome[] {
    return this.#outcomes;
  }

  /** Of the last piece of work. */
  get emission(): Emission | undefined {
    return this.#emission;
  }

  /** Remembers a piece of work; returns what it is about. */
  keep<R>(work: PerformedWork<R>): R {
    this.#outcomes.push(...(work.leftOver?.outcomes ?? []), ...work.outcomes);
    this.#emission = work.emission ?? this.#emission;
    return work.result;
  }
}
