import { isSecureHubUrl } from '../../domain/delivery/hub-url.js';
import type { BatchOutcome } from '../../domain/delivery/outcome.js';
import { LOCAL_TEAM } from '../../domain/events/envelope.js';
import { isFields } from '../../domain/document.js';
import { SyncError } from '../../domain/errors.js';
import type { HubAddress } from '../../domain/outbox/account.js';
import type { EventResult, MachineReport, ServerMessage, SnapshotMessage } from '../../domain/wire.js';
import type { ReadEvent } from '../../ports/delivery.js';
import { MemorySignIns, type Bearer } from './memory-sign-ins.js';

export interface MemoryHubOptions {
  readonly url: string;
  /** Defaults to one made from the URL. */
  readonly id?: string;
  /** What its snapshots announce. Default: `ack`, `auth` and `sequence`. */
  readonly capabilities?: readonly string[];
  /** Batches with more events are too large. */
  readonly maxBatchEvents?: number;
}

/** `lost-before`: the call never arrives. `lost-after`: it takes effect, and its answer never arrives. */
export type CallFault = 'lost-before' | 'lost-after';

/** What a hub in memory thinks of one event: a result, no word about it, or a batch refused without saying why. */
export type Judgement = Omit<EventResult, 'event_id'> | 'silent' | 'poison';

/** The hub's end of one live session. */
export interface HubSession {
  readonly bearer: Bearer;
  deliver(message: ServerMessage): void;
  end(why: 'lost' | 'unauthorized'): void;
}

/** A hub that keeps to the contract, in memory, with everything that can go wrong on the way to it. */
export class MemoryHub {
  readonly url: string;
  readonly id: string;
  readonly signIns: MemorySignIns;
  readonly batchFaults = new FaultScript<CallFault | BatchOutcome>();
  readonly issuerFaults = new FaultScript<CallFault>();
  /** Of live sends: `lost-before` and `lost-after` also end the session. */
  readonly liveFaults = new FaultScript<CallFault>();
  readonly capabilities: readonly string[];
  readonly maxBatchEvents: number;
  /** Overrides the hub's own opinion of an event where it returns one. */
  judge: (event: Readonly<Record<string, unknown>>) => Judgement | undefined = () => undefined;
  /** While set, no one reaches the hub. */
  down = false;
  /** Of its log; another one after it was restored. */
  history = 'first';
  /** Whether it says which events it has. */
  hasReceipts = true;
  /** Everything that machines said of themselves, whether it asked for that or not. */
  readonly reports: MachineReport[] = [];
  readonly #teams = new Map<string, Map<string, ReadEvent>>();
  #lastSequence = 0;
  readonly #sessions = new Set<HubSession>();

  constructor(options: MemoryHubOptions) {
    this.url = options.url;
    this.id = options.id ?? `hub-at-${options.url}`;
    this.signIns = new MemorySignIns(this.id);
    this.capabilities = options.capabilities ?? ['ack', 'auth', 'sequence'];
    this.maxBatchEvents = options.maxBatchEvents ?? 1000;
  }

  /** Stores what it accepts, in order, and answers event by event; `poison` when it refuses the whole. */
  receive(
    bearer: Bearer,
    documents: readonly unknown[],
    from?: HubSession,
  ): readonly EventResult[] | 'poison' {
    const events = documents.filter(isFields);
    const judgements = events.map((event) => this.judge(event));
    if (judgements.includes('poison')) return 'poison';
    return events.flatMap((event, index) => {
      const judgement = judgements[index] ?? this.#store(bearer, event, from);
      return typeof judgement === 'string' ? [] : [{ event_id: String(event['event_id']), ...judgement }];
    });
  }

  /** Ids of the events stored for a team, in the order in which they came; of one project when it is named. */
  storedIds(team: string, projectUuid?: string): readonly string[] {
    return [...(this.#teams.get(team) ?? [])]
      .filter(([, { event }]) => projectUuid === undefined || event['project_uuid'] === projectUuid)
      .map(([id]) => id);
  }

  /** The events stored for a team, in the order in which they came. */
  storedEvents(team: string): readonly ReadEvent[] {
    return [...(this.#teams.get(team)?.values() ?? [])];
  }

  /** Loses an event that it has acknowledged: a hub that was set back to an older backup. */
  lose(team: string, eventId: string): void {
    this.#teams.get(team)?.delete(eventId);
  }

  join(session: HubSession): () => void {
    this.#sessions.add(session);
    return () => this.#sessions.delete(session);
  }

  snapshot(team = ''): SnapshotMessage {
    return {
      type: 'snapshot',
      work_packages: [],
      capabilities: this.capabilities,
      hub_id: this.id,
      history: this.history,
      sequence: this.storedEvents(team).at(-1)?.sequence ?? 0,
    };
  }

  /** Says something to everybody who is connected. */
  broadcast(message: ServerMessage): void {
    for (const session of this.#sessions) session.deliver(message);
  }

  /** Ends every live session. */
  endSessions(why: 'lost' | 'unauthorized'): void {
    for (const session of [...this.#sessions]) session.end(why);
  }

  #store(bearer: Bearer, event: Readonly<Record<string, unknown>>, from: HubSession | undefined): Judgement {
    const eventId = event['event_id'];
    if (typeof eventId !== 'string') return refused('schema', 'event_id is missing');
    const named = event['team_slug'];
    if (named !== bearer.team && named !== LOCAL_TEAM && named !== undefined)
      return refused('unknown-team', `no team ${String(named)}`);
    const stored = this.#teams.get(bearer.team) ?? new Map<string, ReadEvent>();
    this.#teams.set(bearer.team, stored);
    const earlier = stored.get(eventId);
    if (earlier !== undefined && contentOf(earlier.event) === contentOf(event))
      return { status: 'duplicate' };
    if (earlier !== undefined) return refused('id-conflict', 'another event has this id');
    const sequence = ++this.#lastSequence;
    stored.set(eventId, { sequence, event });
    for (const session of this.#sessions) {
      if (session === from || session.bearer.team !== bearer.team) continue;
      session.deliver({ ...event, hub_sequence: sequence, type: 'event' } as unknown as ServerMessage);
    }
    return { status: 'success' };
  }
}

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

/** Which hubs there are, and whether anything gets through to them. */
export class MemoryNetwork {
  readonly #hubs = new Map<string, MemoryHub>();
  /** While set, this machine has no network. */
  down = false;

  addHub(options: MemoryHubOptions): MemoryHub {
    const hub = new MemoryHub(options);
    this.#hubs.set(hub.url, hub);
    return hub;
  }

  /** The hub at an address; `undefined` when nobody answers there. Refuses what a real transport refuses. */
  reach(address: HubAddress): MemoryHub | undefined {
    if (!isSecureHubUrl(address.url)) {
      throw new SyncError('insecure-server', `${address.url} is neither https nor on this machine.`);
    }
    const hub = this.#hubs.get(address.url);
    return hub === undefined || hub.down || this.down ? undefined : hub;
  }
}

const refused = (code: string, reason: string): Judgement => ({
  status: 'error',
  code,
  error_message: reason,
});

// The team is the credential's, not the document's: the same event from a machine that was not signed in is the same.
const contentOf = (event: Readonly<Record<string, unknown>>): string => {
  const entries = Object.entries(event).filter(([key]) => key !== 'team_slug');
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
};
