/** Which of the coming calls go wrong, and how. Calls that the script says nothing about go well. */
export class FaultScript<F> {
  readonly #queued: (F | undefined)[] = [];
  #rule: ((call: number) => F | undefined) | undefined;
  #calls = 0;

  /** The next calls, in order; `undefined` lets one go well. */
  next(...faults: readonly (F | undefined)[]): void {
    this.#queued.push(...faults);
  }

  /** Decides about every call that is not in the queue, by its number from 1; without a rule they go well. */
  always(rule: ((call: number) => F | undefined) | undefined): void {
    this.#rule = rule;
  }

  /** Takes the fault of the present call. */
  take(): F | undefined {
    this.#calls += 1;
    return this.#queued.length > 0 ? this.#queued.shift() : this.#rule?.(this.#calls);
  }
}
