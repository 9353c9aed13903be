import type { BoardEvent } from '../domain/board/board-event.js';
import type { FeatureBoard, WorkPackageState } from '../domain/board/cell-state.js';

/** The hub's append-only log of events. Nothing in it is reachable without naming a team. */
export interface EventStore {
  /** The hub's own id: minted when the store was made, never changed, and part of every backup. */
  readonly hubId: string;
  /** The only door to events: whatever it returns reads and writes rows of this team alone. Costs nothing. */
  forTeam(team: string): TeamEvents;
  /** Resolves when the store can answer; throws `storage-failed` when it cannot. */
  ping(): Promise<void>;
  /** Gives everything back; safe to repeat. */
  close(): Promise<void>;
}

/** The events of one team. All methods may race. Every method throws `storage-failed` when the disk or database does. */
export interface TeamEvents {
  /**
   * Stores what is not yet there, all in one transaction, and answers each event in the order given. When this
   * resolves, everything answered `stored` survives a power cut; when it throws, nothing of the call was stored.
   * May be repeated. An id is stored once: the first document stays, whatever comes later under that id.
   */
  append(events: readonly IncomingEvent[]): Promise<readonly AppendAnswer[]>;
  /** Events in sequence order after the cursor, at most `limit`. An unknown project has none. */
  read(query: EventQuery): Promise<EventPage>;
  /** Where an event is in the log, by its canonical id; `undefined` when the team has none of that id. */
  sequenceOf(eventId: string): Promise<number | undefined>;
  /** The same page with ids only. */
  receipts(query: EventQuery): Promise<ReceiptPage>;
  /** Every project that ever sent an event, by uuid. */
  projects(): Promise<readonly ProjectSummary[]>;
  /** The features of a project as they stand, by slug; with `feature` that one alone. Empty when there is none. */
  board(project: string, feature?: string): Promise<readonly FeatureBoard[]>;
  /** The work packages that changed last, latest first, at most `limit`. */
  recentWorkPackages(limit: number): Promise<readonly PlacedWorkPackage[]>;
  /** The highest Lamport timestamp and the latest sequence number of the team; 0 when it has no events. */
  position(): Promise<TeamPosition>;
}

/** An event that was read and found sound, with the exact text that is stored. */
export interface IncomingEvent {
  /** Canonical form of the event id. */
  readonly eventId: string;
  /** The JSON document as it was sent, byte for byte. */
  readonly document: string;
  /** The same event in today's vocabulary; what the board is folded from. */
  readonly event: BoardEvent;
  /** Whether its type and contents are in today's vocabulary. */
  readonly known: boolean;
}

export type AppendAnswer =
  | { readonly answer: 'stored'; readonly sequence: number }
  /** The same event, apart from its team, is there already. */
  | { readonly answer: 'duplicate' }
  /** Another event has this id; it stays as it is. */
  | { readonly answer: 'id-conflict' };

export interface EventQuery {
  /** The cursor: the last sequence number the reader has seen; 0 for the beginning. */
  readonly after: number;
  readonly limit: number;
  /** Project uuid. */
  readonly project?: string;
}

export interface StoredEvent {
  /** Position in the team's log: greater than that of everything committed before. Unrelated to Lamport. */
  readonly sequence: number;
  /** Milliseconds since 1970, the hub's own clock. */
  readonly receivedAtMs: number;
  readonly known: boolean;
  readonly document: string;
}

export interface EventPage {
  readonly events: readonly StoredEvent[];
  /** Where to go on; the given cursor when there was nothing. */
  readonly next: number;
  /** Whether the page was cut by its limit. */
  readonly more: boolean;
}

export interface ReceiptPage {
  readonly receipts: readonly { readonly eventId: string; readonly sequence: number }[];
  readonly next: number;
  readonly more: boolean;
}

export interface ProjectSummary {
  readonly projectUuid: string;
  readonly projectSlug: string | undefined;
  readonly events: number;
  /** Freshness of each machine, by node id. */
  readonly nodes: readonly NodeFreshness[];
}

export interface NodeFreshness {
  readonly nodeId: string;
  readonly events: number;
  readonly lastLamport: number;
  /** Milliseconds since 1970, the hub's own clock. */
  readonly lastReceivedAtMs: number;
}

export interface PlacedWorkPackage {
  readonly projectUuid: string;
  readonly featureSlug: string;
  readonly state: WorkPackageState;
}

export interface TeamPosition {
  readonly lamport: number;
  readonly sequence: number;
}
