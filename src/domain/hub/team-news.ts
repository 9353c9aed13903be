/** Who wants to hear that a team has news, in one process. */
export class TeamNews {
  readonly #followed = new Map<string, Followed>();

  /** Teams that somebody listens to. */
  get teams(): readonly string[] {
    return [...this.#followed.keys()];
  }

  /** Listens until the returned function is called. */
  follow(team: string, listener: Listener): () => void {
    const followed = this.#followed.get(team) ?? { listeners: new Set(), told: 0 };
    followed.listeners.add(listener);
    this.#followed.set(team, followed);
    return () => {
      followed.listeners.delete(listener);
      if (followed.listeners.size === 0 && this.#followed.get(team) === followed) this.#followed.delete(team);
    };
  }

  /** Says that the team may have events up to this sequence number; what was said before is not said again. */
  tell(team: string, upTo: number): void {
    const followed = this.#followed.get(team);
    if (followed === undefined || upTo <= followed.told) return;
    followed.told = upTo;
    for (const listener of followed.listeners) listener(upTo);
  }
}

type Listener = (upTo: number) => void;

interface Followed {
  readonly listeners: Set<Listener>;
  told: number;
}
