/**
 * The tables of a hub, in SQL that SQLite and PostgreSQL both understand. Every row that belongs to a team names it,
 * first in every key. Times are milliseconds since 1970; an empty project, feature or work package is one that the
 * writer did not name, since a key cannot hold NULL.
 */
export interface HubTables {
  hub_settings: HubSettingTable;
  teams: TeamTable;
  users: UserTable;
  memberships: MembershipTable;
  sessions: SessionTable;
  tokens: TokenTable;
  throttles: ThrottleTable;
  device_codes: DeviceCodeTable;
  events: EventTable;
  team_positions: TeamPositionTable;
  board_cells: BoardCellTable;
  board_checkpoints: BoardCheckpointTable;
  nodes: NodeTable;
  webhooks: WebhookTable;
  machine_reports: MachineReportTable;
}

interface HubSettingTable {
  name: string;
  value: string;
}

interface WebhookTable {
  id: string;
  team: string;
  url: string;
  secret: string;
  through: number;
  added_at_ms: number;
}

/** What a machine said of itself: how much waits there, or, where a work package is named, of the run of an agent. */
export interface MachineReportTable {
  team: string;
  node_id: string;
  project_uuid: string;
  feature_slug: string;
  work_package: string;
  /** Of the run. */
  agent: string;
  /** How many events wait. */
  waiting: number;
  /** Since when the oldest of them does, or the program of the run is silent; by the hub's clock. */
  since_ms: number | null;
  told_at_ms: number;
}

interface TeamTable {
  slug: string;
  added_at_ms: number;
}

interface UserTable {
  name: string;
  password_hash: string;
  added_at_ms: number;
}

interface MembershipTable {
  team: string;
  user_name: string;
  /** Order of joining, per user. */
  position: number;
}

/** One signed-in device or program: the family of all tokens that came from one sign-in. */
interface SessionTable {
  id: string;
  team: string;
  user_name: string;
  device: string | null;
  /** `device`: renewed by a refresh token; `program`: one token, until it expires. */
  kind: 'device' | 'program';
  opened_at_ms: number;
  revoked_at_ms: number | null;
}

interface TokenTable {
  digest: string;
  session_id: string;
  purpose: string;
  expires_at_ms: number;
  /** When a refresh token was first spent, or a live token opened its connection. */
  rotated_at_ms: number | null;
}

interface ThrottleTable {
  name: string;
  /** When the bucket is full again. */
  full_at_ms: number;
}

interface DeviceCodeTable {
  digest: string;
  user_code: string;
  device: string | null;
  expires_at_ms: number;
  /** When the device asked last. */
  asked_at_ms: number | null;
  /** Set when a person has agreed. */
  user_name: string | null;
  team: string | null;
}

export interface EventTable {
  team: string;
  sequence: number;
  event_id: string;
  event_type: string;
  project_uuid: string;
  feature_slug: string;
  aggregate_id: string;
  /** The cell of the board that the event changes. */
  cell: number;
  lamport: number;
  node_id: string;
  occurred_at: string;
  received_at_ms: number;
  /** 1 when type and contents are in today's vocabulary. */
  known: number;
  /** The JSON document as it arrived, byte for byte. */
  document: string;
}

/** The end of a team's log. Its row is what serialises the writers of one team. */
interface TeamPositionTable {
  team: string;
  sequence: number;
  lamport: number;
}

/**
 * One work package of the board, or a feature where `work_package` is empty: its folded state, and how far the fold has
 * come. Whoever stores an event only says here that the cell is behind; folding is done later, and once.
 */
export interface BoardCellTable {
  team: string;
  project_uuid: string;
  feature_slug: string;
  work_package: string;
  /** Names the cell in its events by one number, because an index of four texts costs more than the event. */
  cell: number;
  /** Sequence number of the event that changed it last. */
  changed: number;
  /** 1 when the table of events has something that the state does not have. */
  behind: number;
  /** The lowest Lamport timestamp that came since the last fold: at or before `through` means that it is late. */
  late_lamport: number | null;
  /** Causal position of the last event that was looked at, as `[lamport, node, event]`; empty before the first. */
  through: string;
  /** Empty before the first event. */
  state: string;
}

/** A cell as it stood after some of its events, so that a late one does not cost a fold from the first event on. */
interface BoardCheckpointTable {
  team: string;
  project_uuid: string;
  feature_slug: string;
  work_package: string;
  /** Of the last event in it. */
  lamport: number;
  through: string;
  state: string;
}

export interface NodeTable {
  team: string;
  project_uuid: string;
  node_id: string;
  project_slug: string | null;
  events: number;
  last_lamport: number;
  last_received_at_ms: number;
}
