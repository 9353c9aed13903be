/** Somebody who hears of every event that is stored for a team. */
export interface Listener {
  /** Takes a text frame, encoded once for everybody. */
  hear(frame: Buffer): void;
}

/** Who listens to which team in this process. */
export class LiveAudience {
  readonly #teams = new Map<string, Set<Listener>>();

  /** Listens until the returned function is called. */
  join(team: string, listener: Listener): () => void {
    const listeners = this.#teams.get(team) ?? new Set();
    listeners.add(listener);
    this.#teams.set(team, listeners);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#teams.get(team) === listeners) this.#teams.delete(team);
    };
  }

  /** Tells the team of a stored document, in the order of the sequence numbers, except the listener that sent it. */
  tell(team: string, document: string, sequence: number, sender?: object): void {
    const listeners = this.#teams.get(team);
    if (listeners === undefined || listeners.size === 0) return;
    const frame = Buffer.from(eventFrame(document, sequence), 'utf8');
    for (const listener of listeners) if (listener !== sender) listener.hear(frame);
  }
}

/**
 * The envelope's fields flat beside `type` and the sequence number. These come last, because of two equal keys the last
 * one counts: a document that has a `type` of its own cannot pass for another frame.
 */
const eventFrame = (document: string, sequence: number): string =>
  `${document.trimEnd().slice(0, -1)},"hub_sequence":${sequence},"type":"event"}`;
