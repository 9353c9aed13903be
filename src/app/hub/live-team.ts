import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../domain/errors.js';
import { CAPABILITIES, type SnapshotMessage } from '../../domain/wire.js';
import type { StoredEvent, TeamEvents } from '../../ports/hub.js';
import type { Callers } from './callers.js';
import type { HubParts } from './hub-parts.js';
import type { Ingest } from './ingest.js';
import { Breather } from './turns.js';

/** What live sessions need of the hub. */
export interface LiveNeeds extends HubParts {
  readonly callers: Callers;
  readonly ingest: Ingest;
}

/** Somebody who hears of every event that is stored for a team. */
export interface Listener {
  /** Whether it takes news; who takes them again has them sent by `LiveTeam.flow`. */
  readonly hasRoom: boolean;
  hear(news: News): void;
  /** Has fallen so far behind that what comes next is not kept any more. */
  giveUp(): void;
}

/**
 * What those who listen to a team in this process are told, from the first who joins until the last one leaves: a
 * snapshot, and then the news. What was stored is read from the store, in the order of its numbers, whoever stored it,
 * and made into frames once for everybody. Listeners share these bytes; each has only a place in them, so that a slow
 * one costs nothing but its place.
 */
export class LiveTeam {
  readonly #needs: LiveNeeds;
  readonly #events: TeamEvents;
  readonly #end: () => void;
  /** By listener the news that it heard last. What all of them have heard, nobody keeps. */
  readonly #heard = new Map<Listener, News>();
  #last = new News([]);
  /** Sequence numbers up to which was told, from the first snapshot on, and up to which there may be something. */
  #told: number | undefined;
  #known = 0;
  #isReading = false;
  #lastSnapshot: Promise<unknown> = Promise.resolve();
  #nextSnapshot: Promise<Buffer> | undefined;

  /** `onEmpty` is called when the last one has left. */
  constructor(team: string, needs: LiveNeeds, onEmpty: () => void) {
    this.#needs = needs;
    this.#events = needs.store.forTeam(team);
    const unfollow = needs.store.follow(team, (upTo) => this.#learn(upTo));
    this.#end = () => {
      unfollow();
      onEmpty();
    };
  }

  /** Everything that is stored from now on is kept for the listener, until it is told or the listener leaves. */
  join(listener: Listener): void {
    this.#heard.set(listener, this.#last);
  }

  leave(listener: Listener): void {
    if (this.#heard.delete(listener) && this.#heard.size === 0) this.#end();
  }

  /** Tells a listener what it has not heard, as far as it has room. */
  flow(listener: Listener): void {
    let news = this.#heard.get(listener)?.next;
    for (; news !== undefined && listener.hasRoom; news = news.next) {
      this.#heard.set(listener, news);
      listener.hear(news);
    }
  }

  /**
   * The frame with which a session begins, read after the call and shared by all who called before that: a thousand at
   * once cost two of them. Rejects when the store cannot be read.
   */
  snapshot(): Promise<Buffer> {
    this.#nextSnapshot ??= this.#lastSnapshot.then(() => {
      this.#nextSnapshot = undefined;
      const reading = this.#readSnapshot();
      this.#lastSnapshot = reading.catch(() => undefined);
      return reading;
    });
    return this.#nextSnapshot;
  }

  #learn(upTo: number): void {
    this.#known = Math.max(this.#known, upTo);
    if (!this.#isReading) void this.#read();
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    const breather = new Breather();
    // Senders hear their answers first.
    await setImmediate();
    while (this.#told !== undefined && this.#told < this.#known && this.#heard.size > 0) {
      const upTo = this.#known;
      try {
        const page = await this.#events.read({ after: this.#told, limit: PAGE_EVENTS, bytes: PAGE_BYTES });
        // Under the lock of its team a number that is missing now is missing for good.
        this.#told = page.more ? page.next : Math.max(page.next, upTo);
        if (page.events.length > 0) await this.#tell(page.events, breather);
      } catch (error) {
        this.#needs.log.warn(`news wait: ${messageOf(error)}`);
        await sleep(RETRY_MS, undefined, { ref: false });
      }
      await breather.pause();
    }
    // In one step with the look at what is known: nothing is learned in between.
    this.#isReading = false;
  }

  async #tell(events: readonly StoredEvent[], breather: Breather): Promise<void> {
    this.#last = this.#last.next = new News(events, this.#last.end);
    for (const [listener, heard] of this.#heard) {
      if (this.#last.end - heard.end > this.#needs.limits.unreadBytes) {
        this.leave(listener);
        listener.giveUp();
      } else this.flow(listener);
      await breather.pause();
    }
  }

  async #readSnapshot(): Promise<Buffer> {
    const { store, limits } = this.#needs;
    // The position first: what is stored in between is told as news although the work packages know of it.
    const position = await this.#events.position();
    this.#told ??= position.sequence;
    this.#learn(position.sequence);
    const workPackages = await this.#events.recentWorkPackages(SNAPSHOT_WORK_PACKAGES);
    const snapshot: SnapshotMessage = {
      type: 'snapshot',
      work_packages: workPackages.map(({ projectUuid, featureSlug, state }) => ({
        project_uuid: projectUuid,
        feature_slug: featureSlug,
        wp_id: state.wp_id,
        title: state.title,
        status: state.lane,
        agent: state.agent?.agent_id ?? null,
        lamport_clock: state.last_event.lamport_clock,
      })),
      capabilities: CAPABILITIES,
      lamport_clock: position.lamport,
      limits: {
        batch_events: limits.batchEvents,
        batch_bytes: limits.batchCompressedBytes,
        event_bytes: limits.eventBytes,
      },
      hub_id: store.hubId,
      history: store.history,
      sequence: position.sequence,
    };
    return textFrame(JSON.stringify(snapshot));
  }
}

/** What one write to a socket carries at most. */
const PAGE_EVENTS = 500;
const PAGE_BYTES = 256 * 1024;

const RETRY_MS = 1000;

/** Keeps the first frame well below the size that a client takes; the board is read by its own call. */
const SNAPSHOT_WORK_PACKAGES = 1000;

/** Frames of several events, one behind the other. */
export class News {
  readonly bytes: Buffer;
  /** How many bytes of news the team has had up to the end of these. */
  readonly end: number;
  /** What follows, as soon as there is something. */
  next: News | undefined;
  readonly #places: readonly { readonly sequence: number; readonly to: number }[];

  constructor(events: readonly StoredEvent[], from = 0) {
    let to = 0;
    const frames = events.map((event) => textFrame(eventText(event)));
    this.#places = frames.map((frame, at) => ({
      sequence: events[at]?.sequence ?? 0,
      to: (to += frame.length),
    }));
    this.bytes = Buffer.concat(frames);
    this.end = from + this.bytes.length;
  }

  /** The frames of all events but these, which are struck off the list. */
  without(sequences: Set<number>): Buffer {
    let from = 0;
    const kept: Buffer[] = [];
    for (const { sequence, to } of this.#places) {
      if (!sequences.delete(sequence)) kept.push(this.bytes.subarray(from, to));
      from = to;
    }
    return kept.length === this.#places.length ? this.bytes : Buffer.concat(kept);
  }
}

/** A text frame of a server (RFC 6455, 5.2): final, unmasked, not compressed. */
const textFrame = (text: string): Buffer => {
  const bytes = Buffer.byteLength(text);
  const head = bytes < 126 ? 2 : bytes < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + bytes);
  frame[0] = 0x81;
  if (head === 2) frame[1] = bytes;
  else if (head === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(bytes, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(bytes), 2);
  }
  frame.write(text, head);
  return frame;
};

/**
 * The envelope's fields flat beside `type` and the sequence number. These come last, because of two equal keys the last
 * one counts: a document that has a `type` of its own cannot pass for another frame.
 */
const eventText = ({ document, sequence }: StoredEvent): string =>
  `${document.trimEnd().slice(0, -1)},"hub_sequence":${sequence},"type":"event"}`;
