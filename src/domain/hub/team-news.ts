/** Who wants to hear that a team has news, in one process. */
export class TeamNews {
  readonly #listeners = new Map<string, Set<(upTo: number) => void>>();

  /** Listens until the returned function is called. */
  follow(team: string, listener: (upTo: number) => void): () => void {
    const listeners = this.#listeners.get(team) ?? new Set();
    listeners.add(listener);
    this.#listeners.set(team, listeners);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(team) === listeners) this.#listeners.delete(team);
    };
  }

  /** Says that the team may have events up to this sequence number. */
  tell(team: string, upTo: number): void {
    for (const listener of this.#listeners.get(team) ?? []) listener(upTo);
  }
}
