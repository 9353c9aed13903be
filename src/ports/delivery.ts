import type { ConnectionStatus } from '../domain/delivery/connection.js';
import type { KnownHub } from '../domain/delivery/known-hubs.js';
import type { BatchOutcome } from '../domain/delivery/outcome.js';
import type { HubAddress, Account } from '../domain/outbox/account.js';
import type { Result } from '../domain/result.js';
import type { MachineReport, ServerMessage, SnapshotMessage } from '../domain/wire.js';

/** An event ready to travel: its id and its exact JSON document. */
export interface OutgoingEvent {
  readonly eventId: string;
  readonly json: string;
}

/** Whom to ask, and the token with which. */
interface HubRequest {
  readonly hub: HubAddress;
  readonly accessToken: string;
}

export interface BatchRequest extends HubRequest {
  /** In the order in which the hub shall see them; already within the limits of a batch. */
  readonly events: readonly OutgoingEvent[];
  /** The most that the hub takes of the body as it travels; a larger one is `too-large` before anything is sent. */
  readonly maxBodyBytes?: number;
}

/**
 * Request–response delivery. As all of this file that asks a hub it is bounded in time and memory whatever the other side
 * does, never throws for anything that network or hub can do, since that is an answer, and throws `insecure-server`,
 * before anything is sent, for a hub that is neither https nor on this machine.
 */
export interface BatchTransport {
  /** Sends one batch. May be repeated: the hub answers `duplicate`. An aborted signal ends it as `unavailable`. */
  send(request: BatchRequest, signal?: AbortSignal): Promise<BatchOutcome>;
  /**
   * Whether a hub answers there at all, without a token: it says that it is well at `/api/v1/sync/health/`, or, since a
   * hub need not have that, meets a batch without events as the contract has it.
   */
  probe(hub: HubAddress, signal?: AbortSignal): Promise<'reachable' | { readonly unreachable: string }>;
  /**
   * Tells a hub that announced `report` what this machine says of itself. `false` when the hub did not take it, for
   * whatever reason: what was not told is told next time.
   */
  report(request: ReportRequest, signal?: AbortSignal): Promise<boolean>;
}

export interface ReportRequest extends HubRequest {
  readonly report: MachineReport;
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

/** What is stored of a sign-in. Times are milliseconds since 1970. */
export interface Credentials {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly accessExpiresAtMs: number;
  readonly refreshExpiresAtMs: number;
  readonly username: string;
  readonly teamSlug?: string;
  readonly server: HubAddress;
}

/** A sign-in for machines, given from outside the state root: never refreshed, never stored, stronger than the file. */
export interface SignInEnvironment {
  readonly token?: string | undefined;
  /** The hub that issued the token: without it the token is sent nowhere. */
  readonly serverUrl?: string | undefined;
}

/**
 * What hubs have said about machine tokens, so that commands which do not ask the network know whose events they are.
 * Only a hint: it may be out of date, and a token is stored by its hash alone.
 */
export interface MachineAccounts {
  /** Whom the hub last said that the token belongs to. Never fails: what cannot be read is not known. */
  recall(hub: HubAddress, token: string): Promise<Account | undefined>;
  /** Never fails: what cannot be written is asked again. Writes only when something changed. */
  remember(hub: HubAddress, token: string, account: Account): Promise<void>;
}

/**
 * Which hub may be believed to be which: ids of hubs and the addresses at which they were seen. Kept apart from the
 * sign-in, which other programs write too.
 */
export interface KnownHubs {
  /** Never fails: what cannot be read is not known. Takes no lock. */
  list(): Promise<readonly KnownHub[]>;
  /** One transaction across processes, durable before this resolves. Returning the same list changes nothing. */
  update(change: (known: readonly KnownHub[]) => readonly KnownHub[]): Promise<readonly KnownHub[]>;
}

export type CredentialReading =
  | { readonly state: 'present'; readonly credentials: Credentials }
  | { readonly state: 'absent' }
  | { readonly state: 'unreadable'; readonly reason: string };

/** The one sign-in of this user on this machine, shared by all processes. */
export interface CredentialStore {
  /** What is stored now. Never fails for a missing or broken file: that is a reading. Takes no lock. */
  read(): Promise<CredentialReading>;
  /**
   * One transaction across processes: takes the credential lock, reads again, lets `decide` do its work (it may
   * call the network), and makes the new value durable before this resolves. `decide` returning `keep` changes
   * nothing, `forget` removes the file. Fails with `lock-busy` when the lock cannot be had within its bounded wait.
   */
  update(
    decide: (current: CredentialReading) => Promise<Credentials | 'keep' | 'forget'>,
  ): Promise<CredentialReading>;
}

/** Tokens as a hub hands them out. Lifetimes in seconds, already defaulted. */
export interface IssuedTokens {
  readonly access: string;
  readonly refresh: string;
  readonly accessLifetimeSeconds: number;
  readonly refreshLifetimeSeconds: number;
  readonly teamSlug?: string;
  readonly hubId?: string;
}

/** A device that waits for a person who signs it in. */
export interface DeviceSignIn {
  readonly deviceCode: string;
  /** What the person types at {@link verificationUrl}. */
  readonly userCode: string;
  readonly verificationUrl: string;
  readonly lifetimeSeconds: number;
  /** How long to wait before each question. */
  readonly intervalSeconds: number;
}

export type IssuerFault =
  /** Wrong name, password or token: asking again with the same input is useless. */
  | { readonly fault: 'refused'; readonly reason: string }
  /** No usable answer: nothing is known about the input. */
  | { readonly fault: 'unavailable'; readonly reason: string };

/** Who the bearer of a token is. */
export interface Identification {
  readonly username: string;
  /** The team that the token writes for comes first, where the hub says which it is. */
  readonly teams: readonly string[];
  readonly hubId?: string;
  /** The history of the hub's log: another one after the hub was restored. */
  readonly history?: string;
  /** What it can do beyond the base contract. */
  readonly capabilities?: readonly string[];
}

/**
 * The authentication endpoints of a hub. Every call is bounded to 10 s and refuses redirects. A token is sent to no
 * server but the one given. Network trouble is `unavailable`, never an exception.
 */
export interface TokenIssuer {
  signIn(hub: HubAddress, username: string, password: string, signal?: AbortSignal): Issued<IssuedTokens>;
  /** Spends the refresh token: the answer holds two new tokens. Not to be repeated with the same token after success. */
  refresh(hub: HubAddress, refreshToken: string, signal?: AbortSignal): Issued<IssuedTokens>;
  /** A token for one live connection. */
  liveToken(hub: HubAddress, accessToken: string, signal?: AbortSignal): Issued<LiveToken>;
  /** Revokes the sign-in where the hub can; an unknown endpoint is success. */
  revoke(hub: HubAddress, refreshToken: string, signal?: AbortSignal): Issued<void>;
  /** Begins the sign-in of a device (RFC 8628), by the name it has here; `undefined` from a hub that does not know the call. */
  askForDevice(hub: HubAddress, device: string, signal?: AbortSignal): Issued<DeviceSignIn | undefined>;
  /** Whether a person has agreed meanwhile. A code gives its tokens once. */
  redeemDevice(hub: HubAddress, deviceCode: string, signal?: AbortSignal): Issued<Redeemed>;
  /** Who the token belongs to; `undefined` from a hub that does not know the call. */
  identify(hub: HubAddress, accessToken: string, signal?: AbortSignal): Issued<Identification | undefined>;
}

/** What an issuer gave, or why it did not. */
export type Issued<T> = Promise<Result<T, IssuerFault>>;

/** What became of the sign-in of a device so far. */
export type Redeemed = IssuedTokens | 'pending' | 'slow-down';

/** A token for one live connection. */
export interface LiveToken {
  readonly token: string;
  readonly lifetimeSeconds: number;
}

/** What the background process last said of itself. */
export interface Heartbeat {
  /** Version of the program that runs or ran it. */
  readonly version: string;
  readonly processId: number;
  readonly startedAtMs: number;
  /** When this was written, milliseconds since 1970. */
  readonly atMs: number;
  readonly connection: ConnectionStatus;
  /** Set when it has decided to leave, with the reason. What was captured before this was written, it still delivers. */
  readonly left?: string;
  /** The last flush that ended. */
  readonly lastFlush?: {
    readonly atMs: number;
    readonly delivered: number;
    readonly ended: string;
    readonly reason?: string;
  };
  /** When everything due was last delivered, or something was: milliseconds since 1970. */
  readonly progressAtMs: number;
  /** While the hub is in trouble: when it is asked again. Nothing has to be started before. */
  readonly nextTryAtMs?: number;
}

/** The one place of the background process in a state root, and the notes that lie there. */
export interface BackgroundPost {
  /**
   * Takes the place for as long as this process lives or until it is released; `undefined` when another process has
   * it for longer than `waitMs`. The kernel gives it back however its holder ends.
   */
  occupy(waitMs: number): Promise<{ release(): void } | undefined>;
  /** Whether a process has the place now. */
  isOccupied(): boolean;
  /** What was last noted; `undefined` when nothing readable is there. Never throws. */
  heartbeat(): Promise<Heartbeat | undefined>;
  /**
   * Notes it, for the process that occupies the place. `false`, and nothing is written or made, when the state root is
   * gone or is another one by now. Fails with `storage-failed` when the disk does not take it.
   */
  beat(heartbeat: Heartbeat): Promise<boolean>;
  /** Asks the process that has the place to leave, because a program of this version wants to have it. */
  askToLeave(version: string): Promise<void>;
  /** The version that asked, if any. */
  askedToLeave(): Promise<string | undefined>;
}

/** Tells when something was captured anywhere in the state root. */
export interface Doorbell {
  /** Calls `ring` after every change; it may ring too often, and is late by half a second at most. */
  watch(ring: () => void): Promise<{ close(): void }>;
}

/** Starts the background process. */
export interface BackgroundStarter {
  /** Starts it detached and returns at once; whether it takes its place is its own business. Never throws. */
  start(): void;
}

export interface ReceiptRequest extends HubRequest {
  readonly projectUuid: string;
  /** The cursor: where the page before said to go on; 0 for the beginning. */
  readonly after: number;
}

/** Why a hub gave no page of what it was asked for. */
export type NoPage =
  /** The access token is not accepted. */
  | { readonly answer: 'unauthorized' }
  /** This hub shows nobody what it has: it keeps to the base contract. */
  | { readonly answer: 'unsupported' }
  /** No usable answer: nothing is known. */
  | { readonly answer: 'unavailable'; readonly reason: string };

/** A part of what was asked for, in the order of arrival. */
interface Page {
  readonly answer: 'page';
  /** Where to go on. */
  readonly next: number;
  /** Whether there is another page now. */
  readonly more: boolean;
}

/** What a hub said when it was asked which events it has: ids of those it has on disk for the token's team and this project. */
export type ReceiptAnswer = (Page & { readonly eventIds: readonly string[] }) | NoPage;

/** Asks a hub which events it has. */
export interface ReceiptReader {
  /** One page. Changes nothing at the hub. */
  read(request: ReceiptRequest, signal?: AbortSignal): Promise<ReceiptAnswer>;
}

export interface ReadRequest extends HubRequest {
  /** The cursor: the sequence number or the id of the last event that is known already; 0 for the beginning. */
  readonly after: number | string;
  /** Only events of this project. */
  readonly projectUuid?: string;
  /** The history of the hub's log that a number is of, where the hub has said it. */
  readonly history?: string;
}

/** An event as the hub has it, with its place in the team's log. */
export interface ReadEvent {
  readonly sequence: number;
  readonly event: Readonly<Record<string, unknown>>;
}

/** What a hub said when it was asked for events. */
export type ReadAnswer =
  | (Page & { readonly events: readonly ReadEvent[] })
  /** The team has no event of the id that was given as cursor. */
  | { readonly answer: 'unknown-event' }
  /** The number is of another history of the log: the hub was restored. What it has now is read from the beginning. */
  | { readonly answer: 'other-history' }
  | NoPage;

/** Reads the events that a hub has stored for the team of a token. */
export interface EventReader {
  /** One page. Changes nothing at the hub. */
  read(request: ReadRequest, signal?: AbortSignal): Promise<ReadAnswer>;
}
