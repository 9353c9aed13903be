import { messageOf } from '../../domain/errors.js';
import type { Log } from '../../ports/host.js';
import type { EventStore, StoredEvent, TeamEvents } from '../../ports/hub.js';
import type { HubLimits } from './hub-limits.js';
import { Breather } from './turns.js';

/** Somebody who hears of every event that is stored for a team. */
export interface Listener {
  /** Takes news, of which it had room for some; `false` when there is no more before it calls `resume`. */
  hear(news: News): boolean;
  /** Has fallen so far behind that what comes next is not kept any more. */
  giveUp(): void;
}

interface Membership {
  /** Resolves when everything that is stored from now on will be told; rejects when the store cannot be read. */
  readonly ready: Promise<void>;
  /** There is room for more. Nothing is told before the first call. */
  resume(): void;
  leave(): void;
}

/**
 * Who listens to which team in this process. What was stored is read from the store, in the order of its numbers,
 * whoever stored it, and made into frames once for everybody. Listeners share these bytes; each has only a place in
 * them, so that a slow one costs nothing but its place.
 */
export class LiveAudience {
  readonly #store: EventStore;
  readonly #limits: HubLimits;
  readonly #log: Log;
  readonly #feeds = new Map<string, TeamFeed>();

  constructor(store: EventStore, limits: HubLimits, log: Log) {
    this.#store = store;
    this.#limits = limits;
    this.#log = log;
  }

  join(team: string, listener: Listener): Membership {
    const feed =
      this.#feeds.get(team) ?? new TeamFeed(this.#store, team, this.#limits.unreadBytes, this.#log);
    this.#feeds.set(team, feed);
    const place = feed.join(listener);
    return {
      ready: feed.ready,
      resume: () => feed.resume(place),
      leave: () => {
        feed.leave(place);
        if (feed.isEmpty && this.#feeds.get(team) === feed) this.#feeds.delete(team);
      },
    };
  }
}

/** Frames of several events, one behind the other. */
export class News {
  readonly bytes: Buffer;
  readonly #places: readonly { readonly sequence: number; readonly to: number }[];

  constructor(events: readonly StoredEvent[]) {
    let to = 0;
    const frames = events.map((event) => textFrame(eventText(event)));
    this.#places = frames.map((frame, at) => ({
      sequence: events[at]?.sequence ?? 0,
      to: (to += frame.length),
    }));
    this.bytes = Buffer.concat(frames);
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
export const textFrame = (text: string): Buffer => {
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

interface Place {
  readonly listener: Listener;
  /** Number of the news that it hears next. */
  next: number;
  isFull: boolean;
}

/** The news of one team, from the moment when the first one listens until the last one leaves. */
class TeamFeed {
  readonly ready: Promise<void>;
  readonly #events: TeamEvents;
  readonly #unreadBytes: number;
  readonly #log: Log;
  readonly #unfollow: () => void;
  readonly #places = new Set<Place>();
  /** What the slowest listener has not heard yet, and the number of the first of it. */
  readonly #news: News[] = [];
  #first = 0;
  #bytes = 0;
  /** Sequence numbers up to which was told, and up to which there may be something. */
  #told = Infinity;
  #known = 0;
  #reading: Promise<void> | undefined;

  constructor(store: EventStore, team: string, unreadBytes: number, log: Log) {
    this.#events = store.forTeam(team);
    this.#unreadBytes = unreadBytes;
    this.#log = log;
    this.#unfollow = store.follow(team, (upTo) => this.#learn(upTo));
    this.ready = this.#begin();
    // Whoever joined hears of it; nobody has to.
    this.ready.catch(() => undefined);
  }

  get isEmpty(): boolean {
    return this.#places.size === 0;
  }

  join(listener: Listener): Place {
    const place = { listener, next: this.#end, isFull: true };
    this.#places.add(place);
    return place;
  }

  leave(place: Place): void {
    this.#places.delete(place);
    if (this.isEmpty) this.#unfollow();
  }

  resume(place: Place): void {
    place.isFull = false;
    if (this.#places.has(place)) this.#flow(place);
  }

  get #end(): number {
    return this.#first + this.#news.length;
  }

  async #begin(): Promise<void> {
    this.#told = (await this.#events.position()).sequence;
    this.#learn(this.#known);
  }

  #learn(upTo: number): void {
    this.#known = Math.max(this.#known, upTo);
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
  }

  async #read(): Promise<void> {
    const breather = new Breather();
    // Senders hear their answers first.
    await new Promise<void>((resolve) => setImmediate(resolve));
    await this.ready.catch(() => undefined);
    while (this.#told < this.#known && !this.isEmpty) {
      const upTo = this.#known;
      try {
        const page = await this.#events.read({ after: this.#told, limit: PAGE_EVENTS, bytes: PAGE_BYTES });
        // Under the lock of its team a number that is missing now is missing for good.
        this.#told = page.more ? page.next : Math.max(page.next, upTo);
        if (page.events.length > 0) await this.#tell(new News(page.events), breather);
      } catch (error) {
        this.#log.warn(`news wait: ${messageOf(error)}`);
        await new Promise<void>((resolve) => void setTimeout(resolve, RETRY_MS).unref());
      }
      await breather.pause();
    }
  }

  async #tell(news: News, breather: Breather): Promise<void> {
    this.#news.push(news);
    this.#bytes += news.bytes.length;
    while (this.#bytes > this.#unreadBytes && this.#news.length > 1) this.#forgetFirst();
    for (const place of this.#places) {
      if (place.next < this.#first) {
        this.leave(place);
        place.listener.giveUp();
      } else this.#flow(place);
      await breather.pause();
    }
    let slowest = this.#end;
    for (const place of this.#places) slowest = Math.min(slowest, place.next);
    while (this.#first < slowest) this.#forgetFirst();
  }

  #flow(place: Place): void {
    while (!place.isFull && place.next < this.#end) {
      const news = this.#news[place.next - this.#first];
      if (news === undefined) return;
      place.next++;
      if (!place.listener.hear(news)) place.isFull = true;
    }
  }

  #forgetFirst(): void {
    this.#bytes -= this.#news.shift()?.bytes.length ?? 0;
    this.#first++;
  }
}

/** What one write to a socket carries at most. */
const PAGE_EVENTS = 500;
const PAGE_BYTES = 256 * 1024;

const RETRY_MS = 1000;
