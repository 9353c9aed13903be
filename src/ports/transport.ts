import type { BatchOutcome } from '../domain/delivery/outcome.js';
import type { HubAddress } from '../domain/delivery/account.js';
import type { ServerMessage, SnapshotMessage } from '../domain/wire.js';

/** An event ready to travel: its id and its exact JSON document in UTF-8. */
export interface OutgoingEvent {
  readonly eventId: string;
  readonly json: Uint8Array;
}

export interface BatchRequest {
  readonly hub: HubAddress;
  readonly accessToken: string;
  /** In the order in which the hub shall see them; already within the limits of a batch. */
  readonly events: readonly OutgoingEvent[];
  /** The most that the hub takes of the body as it travels; a larger one is `too-large` before anything is sent. */
  readonly maxBodyBytes?: number;
}

/** Request–response delivery. */
export interface BatchTransport {
  /**
   * Sends one batch and says what came back. Never throws for anything the network or the hub can do: that is an
   * outcome. May be repeated: the hub answers `duplicate`. Bounded in time and memory whatever the other side does;
   * an aborted signal ends it as `unavailable`. Throws `insecure-server`, before anything is sent, for a hub that is
   * neither https nor on this machine.
   */
  send(request: BatchRequest, signal?: AbortSignal): Promise<BatchOutcome>;
  /**
   * A hint that this very list of events, which does not change any more, is sent next: what needs no network begins.
   * Nothing leaves. A list that is never sent costs memory until the caller forgets it.
   */
  prepare?(events: readonly OutgoingEvent[]): void;
  /**
   * Whether a hub answers there at all, without a token: it says that it is well at `/api/v1/sync/health/`, or, since a
   * hub need not have that, meets a batch without events as the contract has it. Never throws for what the network does.
   */
  probe(hub: HubAddress, signal?: AbortSignal): Promise<'reachable' | { readonly unreachable: string }>;
}

/** Why a session is over. */
export type SessionEnd =
  | { readonly reason: 'closed-by-us' }
  | { readonly reason: 'lost'; readonly detail: string }
  | { readonly reason: 'unauthorized' };

/** One live connection, from its snapshot to its end. */
export interface LiveSession {
  readonly snapshot: SnapshotMessage;
  /** Hands one event to the socket. Rejects with `unreachable` when the session is over; delivery is not implied. */
  send(event: OutgoingEvent): Promise<void>;
  /** Renews the token in place; only where the snapshot announced `auth`. */
  renew(token: string): Promise<void>;
  /** Everything the hub says after the snapshot, until the end; malformed and unknown frames are left out. One reader. */
  messages(): AsyncIterable<ServerMessage>;
  /** How many malformed or unknown frames were left out so far. */
  ignoredFrames(): number;
  /** Resolves once, when the session is over, whatever ended it. Never rejects. */
  readonly ended: Promise<SessionEnd>;
  /** Ends the session; safe to repeat. */
  close(): Promise<void>;
}

/** Long-lived delivery. */
export interface LiveTransport {
  /**
   * Opens a session: resolves only after the snapshot arrived. Rejects with `session-expired` when the token is
   * refused, `interrupted` when the signal aborts, `insecure-server` before anything is sent, `unreachable` for
   * anything else; bounded by the upgrade time-out.
   */
  open(hub: HubAddress, wsToken: string, signal?: AbortSignal): Promise<LiveSession>;
}
