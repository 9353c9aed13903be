import type { BoardEvent } from '../domain/hub/board-event.js';
import type { FeatureBoard, WorkPackageState } from '../domain/hub/cell-state.js';
import type { EventsPage, MachinesDocument, ProjectsPage } from '../domain/hub/api.js';
import type { Result } from '../domain/result.js';
import type { MachineReport } from '../domain/wire.js';

/** The hub's append-only log of events. Nothing in it is reachable without naming a team. */
export interface EventStore {
  /** The hub's own id: minted when the store was made, never changed, and part of every backup. */
  readonly hubId: string;
  /** Id of the history of the log: another one after each restore, since numbers that were told before may be given anew. */
  readonly history: string;
  /** The only door to events: whatever it returns reads and writes rows of this team alone. Costs nothing. */
  forTeam(team: string): TeamEvents;
  /**
   * Calls the listener, until the returned function is called, with a sequence number up to which the team may have new
   * events, whichever hub on the same data stored them. Only a hint: calls come some time after the commit, and several
   * may become one. Whoever listens reads from its own cursor.
   */
  follow(team: string, listener: NewsListener): () => void;
  /** Resolves when something was just written to disk; throws `storage-failed` when that cannot be done. */
  proveWriting(): Promise<void>;
}

/** What the build makes of the dashboard: one page, and by name the files that it loads. */
export interface DashboardFiles {
  readonly page: string;
  readonly assets: ReadonlyMap<string, { readonly contentType: string; readonly body: string }>;
}

export type NewsListener = (upTo: number) => void;

/** The events of one team. All methods may race. Every method throws `storage-failed` when the disk or database does. */
export interface TeamEvents {
  /**
   * Stores what is not yet there, all in one transaction, and answers each event in the order given. When this
   * resolves, everything answered `stored` survives a power cut; when it throws, nothing of the call was stored.
   * May be repeated. An id is stored once: the first document stays, whatever comes later under that id.
   */
  append(events: readonly IncomingEvent[]): Promise<readonly AppendAnswer[]>;
  /** Events in sequence order after the cursor, at most `limit` and `bytes`. An unknown project has none. */
  read(query: EventQuery): Promise<EventPage>;
  /** Where an event is in the log, by its canonical id; `undefined` when the team has none of that id. */
  sequenceOf(eventId: string): Promise<number | undefined>;
  /** The same page with ids only. */
  receipts(query: EventQuery): Promise<ReceiptPage>;
  /**
   * Every project that ever sent an event, by uuid, with its machines by node id. A project with many machines goes on in
   * the next page: its numbers are those of the machines in this one. A page has at most `limit` machines, over all projects;
   * `after` is `next` of the page before.
   */
  projects(query: { readonly after?: string; readonly limit: number }): Promise<ProjectsPage>;
  /**
   * The features of a project as they stood at some moment since the call, by slug. What a reader has seen is never
   * taken back without a new event: `behind` when late events could not be given their places in bounded time; a later
   * call goes on from there.
   */
  board(query: BoardQuery): Promise<BoardPage | 'behind'>;
  /**
   * The work packages that changed last, latest first, at most `limit`; those that are not settled in bounded time, or
   * would make the list too long, are left out.
   */
  recentWorkPackages(limit: number): Promise<readonly PlacedWorkPackage[]>;
  /**
   * The events of a feature, or of one of its work packages, in causal order; of a long history the latest `limit`.
   * `more`: whether there are earlier ones.
   */
  eventsAbout(query: HistoryQuery): Promise<Pick<EventPage, 'events' | 'more'>>;
  /** Keeps what a machine says of itself in place of what it said of the same before; what it leaves out stays. */
  noteReport(report: MachineReport): Promise<void>;
  /** What machines said last of themselves: at most the latest 2,000 sayings, latest first, none older than a month. */
  reports(): Promise<MachinesDocument>;
  /** The highest Lamport timestamp and the latest sequence number of the team; 0 when it has no events. */
  position(): Promise<Readonly<Record<'lamport' | 'sequence', number>>>;
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
  /** What the documents of a page measure at most together; one event always fits. 2 MiB unless told. */
  readonly bytes?: number;
  /** Project uuid. */
  readonly project?: string | undefined;
}

export interface HistoryQuery extends Pick<EventQuery, 'limit'> {
  readonly project: string;
  readonly feature: string;
  readonly workPackage?: string | undefined;
}

/** An event as the API lists it, with its exact document. Its number is greater than that of everything committed before. */
export interface StoredEvent extends Omit<EventsPage['events'][number], 'event'> {
  readonly document: string;
}

export interface EventPage {
  readonly events: readonly StoredEvent[];
  /** Where to go on; the given cursor when there was nothing. */
  readonly next: number;
  /** Whether the page was cut by its limit. */
  readonly more: boolean;
}

export interface ReceiptPage extends Omit<EventPage, 'events'> {
  readonly receipts: readonly { readonly eventId: string; readonly sequence: number }[];
}

export interface BoardQuery {
  readonly project: string;
  /** One feature alone. */
  readonly feature?: string | undefined;
  /** `next` of the page before. */
  readonly after?: string;
  /** What the page measures at most; one work package always fits. 4 MiB unless told. */
  readonly bytes?: number;
}

/** A feature with many work packages goes on in the next page. Empty when there is none. */
export interface BoardPage extends Pick<ProjectsPage, 'next'> {
  readonly features: readonly FeatureBoard[];
}

export interface PlacedWorkPackage {
  readonly projectUuid: string;
  readonly featureSlug: string;
  readonly state: WorkPackageState;
}

/**
 * The hub's users, teams and sign-ins. Of passwords and tokens it keeps only what can verify them. All methods may
 * race; all throw `storage-failed` when the disk or database does.
 */
export interface AccountStore {
  addTeam(slug: string): Promise<'added' | 'exists'>;
  /** Every team, by slug. */
  teams(): Promise<readonly string[]>;
  /** Takes a team away with its memberships, and ends its sessions. One that has events stays. */
  removeTeam(slug: string): Promise<'removed' | 'absent' | 'has-events'>;
  /** Every user, by name. */
  users(): Promise<readonly UserSummary[]>;
  /** Takes a user away with all memberships, and ends all sessions. */
  removeUser(name: string): Promise<'removed' | 'absent'>;
  /** Gives a user another password and ends the sessions of all devices; tokens of programs stay. */
  setPassword(name: string, password: string): Promise<'changed' | 'absent'>;
  /** A user who can sign in with a password; in no team yet. A user who exists keeps the old password. */
  addUser(user: { readonly name: string; readonly password: string }): Promise<'added' | 'exists'>;
  /** Makes the user a member. The first team of a user is where a sign-in without a wish leads. */
  addMember(team: string, user: string): Promise<'added' | 'exists' | 'unknown-team' | 'unknown-user'>;
  /** Ends a membership: tokens of that team are from now on refused with `not-a-member`. */
  removeMember(team: string, user: string): Promise<'removed' | 'absent'>;
  /** Teams of a user in the order of joining; empty for somebody unknown. */
  teamsOf(user: string): Promise<readonly string[]>;

  /**
   * Opens a session of one device, after checking the password. An unknown user costs as much time as a wrong
   * password. `team` is a wish; without one it is the user's first team.
   */
  signIn(request: SignInRequest): Promise<Result<SessionTokens, SignInFault>>;
  /** The same check without a session. */
  prove(request: SignInRequest): Promise<Result<Holder, SignInFault>>;
  /**
   * Spends a refresh token for the next pair. The same token presented again within the grace period gets the same
   * pair again, since an answer may have been lost; after it, the whole session is revoked, since somebody else may
   * hold a copy. Durable before this resolves.
   */
  rotate(refreshToken: string): Promise<Result<SessionTokens, RefreshFault>>;
  /** Ends the session of a refresh token; `undefined` when it is unknown. All its tokens are worthless afterwards. */
  revoke(refreshToken: string): Promise<Pick<Bearer, 'user' | 'team' | 'sessionId'> | undefined>;
  /** What has not ended, latest first; with `user` only what is theirs. */
  sessions(kind: SessionKind, user?: string): Promise<readonly SessionSummary[]>;
  /** Ends sessions of that kind: the one whose id begins so (eight characters at least), or all of a user. Resolves to what ended. */
  endSessions(kind: SessionKind, which: SessionChoice): Promise<readonly SessionSummary[]>;
  /**
   * Changes whenever something was taken back, by whichever process. Whoever keeps connections open compares it to learn
   * that they have to be judged again.
   */
  revision(): Promise<string>;
  /** Takes a turn from a bucket that all hubs share; `false` when it is empty. */
  takeTurn(bucket: string, rule: ThrottleRule): Promise<boolean>;
  /** Puts a turn back that turned out to be harmless. */
  giveTurnBack(bucket: string, rule: ThrottleRule): Promise<void>;

  /** A device asks to be signed in (RFC 8628): the device keeps one code, a person types the other one. */
  askForDevice(device?: string): Promise<DeviceCodes>;
  /** A person has typed the code and signs the device in. `false`: no such code waits. */
  agreeToDevice(userCode: string, holder: Holder): Promise<boolean>;
  /** The tokens of a device that was agreed to; each code gives them once. */
  redeemDevice(deviceCode: string): Promise<Result<SessionTokens, DeviceFault>>;
  /** A code with which the first user is made, as long as there is none; it replaces an earlier one. `undefined` when there are users. */
  mintSetupCode(): Promise<string | undefined>;
  /** Spends that code. `false` when it is not the present one, or there are users. */
  spendSetupCode(code: string): Promise<boolean>;
  /** A token for one live connection of the session that an access token belongs to. */
  issueLiveToken(
    accessToken: string,
  ): Promise<Result<{ readonly token: string; readonly lifetimeSeconds: number }, BearerFault>>;
  /** A token for programs: an access token without a refresh token, in a session of its own. */
  issueProgramToken(
    user: string,
    team: string,
    lifetimeSeconds: number,
    name?: string,
  ): Promise<Result<SessionTokens, SignInFault>>;
  /** Who presents a token of that purpose. A revoked token is refused at the latest one second after the revocation. */
  identify(token: string, purpose: TokenPurpose): Promise<Result<Bearer, BearerFault>>;
  /** The same for many tokens, in their order, at about the cost of a few. */
  identifyAll(
    tokens: readonly string[],
    purpose: TokenPurpose,
  ): Promise<readonly Result<Bearer, BearerFault>[]>;
  /** Spends a live token for the one connection that it opens. It goes on to identify that connection. */
  openLive(liveToken: string): Promise<Result<Bearer, BearerFault>>;
  /** Forgets tokens and sessions that ended before the given time. */
  prune(beforeMs: number): Promise<void>;
}

/** A token serves one purpose: the access token opens the API, the live token one socket, the refresh token nothing. */
export type TokenPurpose = 'access' | 'live';

export interface SignInRequest {
  readonly username: string;
  readonly password: string;
  readonly team?: string;
  /** What the person calls the device, for the list of sessions. */
  readonly device?: string;
}

/** `no-team`: the password is right, but the user is in no team, or not in the one asked for. */
export type SignInFault = 'wrong-credentials' | 'no-team';

/** `reused`: an old token came back after the grace period, and the session is now revoked. */
export type RefreshFault = 'unknown' | 'expired' | 'revoked' | 'reused' | 'not-a-member';

/** `spent`: the live token has opened a connection before. */
export type BearerFault = 'unknown' | 'expired' | 'revoked' | 'spent' | 'not-a-member';

/** Whom tokens stand for. */
export interface Holder {
  readonly user: string;
  readonly team: string;
}

export interface UserSummary {
  readonly name: string;
  /** In the order of joining. */
  readonly teams: readonly string[];
  readonly addedAtMs: number;
}

/** `device`: renewed by a refresh token; `program`: one token, until it expires. */
export type SessionKind = 'device' | 'program';

export type SessionChoice = { readonly id: string } | { readonly user: string };

export interface SessionSummary extends Holder {
  readonly sessionId: string;
  /** What the device or the token is called. */
  readonly name: string | undefined;
  readonly openedAtMs: number;
  /** When it ends unless it is renewed. */
  readonly expiresAtMs: number;
}

/** A bucket of `burst` turns, to which one comes back every `everyMs`. */
export interface ThrottleRule {
  readonly burst: number;
  readonly everyMs: number;
}

export interface DeviceCodes {
  readonly deviceCode: string;
  /** Eight letters, without those that are easily taken for others. */
  readonly userCode: string;
  readonly lifetimeSeconds: number;
  readonly intervalSeconds: number;
}

/** `slow-down`: asked again before the interval was over. */
export type DeviceFault = 'pending' | 'slow-down' | 'expired';

export interface SessionTokens extends Holder {
  readonly access: string;
  /** Empty for a program token, which cannot be refreshed. */
  readonly refresh: string;
  readonly accessLifetimeSeconds: number;
  readonly refreshLifetimeSeconds: number;
}

/** `team`: the one the credential was issued for; everything it reads and writes belongs there. */
export interface Bearer extends Holder {
  readonly sessionId: string;
  readonly expiresAtMs: number;
}

/** An address that is told what is stored for a team. */
export interface Webhook {
  readonly id: string;
  readonly team: string;
  readonly url: string;
  /** Signs its messages (Standard Webhooks: `whsec_` and Base64). */
  readonly secret: string;
  /** Everything up to this sequence number has been received. */
  readonly through: number;
}

/** The hub's webhooks. All methods may race; all throw `storage-failed` when the disk or database does. `add` mints id and secret. */
export interface WebhookStore {
  add(given: Pick<Webhook, 'team' | 'url' | 'through'>): Promise<Webhook>;
  /** In the order of their making. */
  list(): Promise<readonly Webhook[]>;
  remove(id: string): Promise<'removed' | 'absent'>;
  /** Notes what was received; never goes back. */
  advance(id: string, through: number): Promise<void>;
}

/** `id`: the same when the message is sent again. */
export interface WebhookMessage extends Pick<Webhook, 'id' | 'url' | 'secret'> {
  readonly atMs: number;
  readonly body: string;
}

/** Sends signed messages. Follows no redirect; bounded in time. */
export interface WebhookTransport {
  /** `true` when the receiver has taken it, else why not. Never throws for what network or receiver do. */
  send(message: WebhookMessage, signal: AbortSignal): Promise<true | string>;
}
