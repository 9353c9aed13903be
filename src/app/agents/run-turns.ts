/**
 * Lets pieces of work wait for each other inside one process, in the order in which they came. The lock of the
 * repository is polled for a few seconds only: many agents at once must not keep each other waiting for longer.
 */
export class RunTurns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
