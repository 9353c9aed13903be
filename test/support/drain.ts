import type { EnvelopeDocument } from '../../src/domain/events/envelope.js';
import { featuresOf, incoming, makeEvent, PROJECT } from './hub-events.js';
import type { StoredEvent } from './hub-process.js';
import { openHubStores, PASSWORD } from './hub.js';
import { succeed } from './project.js';
import { startCli, type RunningCli } from './run-cli.js';
import type { Sandbox } from './sandbox.js';

const SENDERS = 4;
const BATCHES = 4;
const BATCH_EVENTS = 25;

/** Events that each sender of a {@link Drain} delivers in a round. */
export const EVENTS_OF_A_ROUND = SENDERS * BATCHES * BATCH_EVENTS;

export interface Serving {
  readonly url: string;
  readonly kill: RunningCli['kill'];
}

/** A hub in a process of its own over a place that has been set up. */
export const serve = async (sandbox: Sandbox, place: readonly string[]): Promise<Serving> => {
  const hub = startCli(sandbox, ['hub', 'serve', '--port', '0', ...place]);
  const [, url = ''] = await hub.waitFor(/The hub is at (https?:\S+)/);
  return { url, kill: hub.kill };
};

/**
 * The team `acme` with its user `ada` in a new hub. Resolves to a token of hers that outlives every drain: what a sign-in
 * gives is refused after a quarter of an hour.
 */
export const setUpHub = async (sandbox: Sandbox, place: readonly string[]): Promise<string> => {
  await succeed(sandbox, ['hub', 'team', 'add', 'acme', ...place]);
  await succeed(sandbox, ['hub', 'user', 'add', 'ada', '--team', 'acme', '--password-stdin', ...place], {
    input: `${PASSWORD}\n`,
  });
  const { token } = await succeed(sandbox, ['hub', 'token', 'create', '--user', 'ada', ...place]);
  return token as string;
};

/** What became of the events that hubs acknowledged. */
export interface Kept {
  readonly acknowledged: number;
  readonly missing: number;
  readonly changed: number;
  readonly repeated: number;
  /** Stored before something that their sender had sent earlier. */
  readonly outOfOrder: number;
}

/** Machines that drain together into hubs that may be killed, and hold the hubs to what they acknowledged. */
export class Drain {
  readonly #token: string;
  readonly #acknowledged: EnvelopeDocument[][] = Array.from({ length: SENDERS }, () => []);
  #rounds = 0;

  /** @param token an access token of a user of the team */
  constructor(token: string) {
    this.#token = token;
  }

  /**
   * Each sender delivers its batches, one after the other. After a failure it asks `hubFor` again, with the number of
   * the attempt. `answered` is told how many answers the round has had.
   */
  async round(
    hubFor: (attempt: number) => string | Promise<string>,
    answered: (answers: number) => void,
  ): Promise<void> {
    const round = this.#rounds++;
    let answers = 0;
    const deliver = async (batch: readonly EnvelopeDocument[], sender: number): Promise<void> => {
      for (let attempt = sender; ; attempt++) {
        const response = await this.#post(await hubFor(attempt), batch);
        if (response === undefined) continue;
        const { results } = JSON.parse(response) as { results: { status: string }[] };
        expect(results.map(({ status }) => status === 'success' || status === 'duplicate')).toEqual(
          batch.map(() => true),
        );
        this.#acknowledged[sender]?.push(...batch);
        answered(++answers);
        return;
      }
    };
    await Promise.all(
      this.#acknowledged.map(async (_, sender) => {
        for (const batch of eventsOf(sender, round)) await deliver(batch, sender);
      }),
    );
  }

  /**
   * Every acknowledged event is there once, unchanged, in its sender's order, and the board is what they say. Events are
   * counted, since a list of so many that differs from another one would take hours to print.
   */
  async expectKept(url: string): Promise<readonly StoredEvent[]> {
    const stored = await this.#stored(url);
    const kept = this.#compare(stored);
    console.info(JSON.stringify(kept));
    expect(kept).toEqual({
      acknowledged: this.#rounds * EVENTS_OF_A_ROUND,
      ...{ missing: 0, changed: 0, repeated: 0, outOfOrder: 0 },
    });
    expect(stored.length).toBe(kept.acknowledged);
    const rebuilt = await openHubStores();
    const log = rebuilt.stores.store.forTeam('acme');
    for (const events of [...this.#acknowledged].reverse()) await log.append(events.map(incoming));
    const { features } = await this.#read<{ features: unknown }>(`${url}/api/v1/projects/${PROJECT}/board/`);
    expect(features).toEqual(JSON.parse(JSON.stringify(await featuresOf(log, PROJECT))));
    await rebuilt.remove();
    return stored;
  }

  #compare(stored: readonly StoredEvent[]): Kept {
    const byId = new Map(stored.map((each) => [each.event['event_id'] as string, each]));
    const kept = { missing: 0, changed: 0, outOfOrder: 0 };
    for (const events of this.#acknowledged) {
      let last = 0;
      for (const event of events) {
        const there = byId.get(event.event_id);
        if (there === undefined) {
          kept.missing++;
          continue;
        }
        if (JSON.stringify(there.event) !== JSON.stringify(event)) kept.changed++;
        if (there.sequence <= last) kept.outOfOrder++;
        last = there.sequence;
      }
    }
    const acknowledged = this.#acknowledged.reduce((sum, { length }) => sum + length, 0);
    return { acknowledged, repeated: stored.length - byId.size, ...kept };
  }

  /** The text of an answer; `undefined` when the hub could not be reached or ended before it had answered. */
  async #post(url: string, batch: readonly EnvelopeDocument[]): Promise<string | undefined> {
    try {
      const response = await fetch(`${url}/api/v1/events/batch/`, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ events: batch }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`The hub answered ${response.status}: ${text}`);
      return text;
    } catch (error) {
      // What fetch throws when a connection is refused or ends.
      if ((error as Error).name !== 'TypeError') throw error;
      return undefined;
    }
  }

  async #stored(url: string): Promise<readonly StoredEvent[]> {
    const stored: StoredEvent[] = [];
    for (let after = 0, more = true; more;) {
      const page = await this.#read<{ events: StoredEvent[]; next: number; more: boolean }>(
        `${url}/api/v1/events/?after=${after}&limit=500`,
      );
      stored.push(...page.events);
      ({ next: after, more } = page);
    }
    return stored;
  }

  async #read<T>(url: string): Promise<T> {
    const response = await fetch(url, { headers: { authorization: `Bearer ${this.#token}` } });
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }
}

const nodeOf = (sender: number): string => String(sender).repeat(12);

/** What one sender has: each event a step of one of its work packages. */
const eventsOf = (sender: number, round: number): readonly EnvelopeDocument[][] =>
  Array.from({ length: BATCHES }, (_, batch) =>
    Array.from({ length: BATCH_EVENTS }, (_each, at) =>
      makeEvent(
        { lamport_clock: (round * BATCHES + batch) * BATCH_EVENTS + at + 1, node_id: nodeOf(sender) },
        { wp_id: `WP0${1 + (at % 5)}`, new_status: at % 2 === 0 ? 'doing' : 'for_review' },
      ),
    ),
  );
