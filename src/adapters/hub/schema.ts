import { createHash } from 'node:crypto';
import { cellKey, type BoardCell } from '../../domain/hub/board-event.js';

/** What a column holds: counters and times need 64 bits, which `bigint` has in both databases. `?`: or NULL. */
export type Column = 'text' | 'text?' | 'bigint' | 'bigint?' | 'integer';

export interface Table {
  readonly columns: Readonly<Record<string, Column>>;
  readonly key: readonly string[];
  readonly unique?: readonly string[];
  /** By column, the table and column of which it holds a value. */
  readonly references?: Readonly<Record<string, string>>;
  /** By name. */
  readonly indexes?: Readonly<Record<string, readonly string[]>>;
}

/**
 * The tables of a hub, in SQL that SQLite and PostgreSQL both understand. Every row that belongs to a team names it,
 * first in every key. Times are milliseconds since 1970; an empty project, feature or work package is one that the
 * writer did not name, since a key cannot hold NULL.
 */
export const TABLES = {
  hub_settings: { columns: { name: 'text', value: 'text' }, key: ['name'] },
  teams: { columns: { slug: 'text', added_at_ms: 'bigint' }, key: ['slug'] },
  users: { columns: { name: 'text', password_hash: 'text', added_at_ms: 'bigint' }, key: ['name'] },
  memberships: {
    /** `position`: order of joining, per user. */
    columns: { team: 'text', user_name: 'text', position: 'bigint' },
    key: ['team', 'user_name'],
    references: { team: 'teams.slug', user_name: 'users.name' },
    indexes: { memberships_user: ['user_name', 'position'] },
  },
  /** One signed-in device or program: the family of all tokens that came from one sign-in. */
  sessions: {
    columns: {
      id: 'text',
      team: 'text',
      user_name: 'text',
      device: 'text?',
      /** `device`: renewed by a refresh token; `program`: one token, until it expires. */
      kind: 'text',
      opened_at_ms: 'bigint',
      revoked_at_ms: 'bigint?',
    },
    key: ['id'],
    indexes: { sessions_user: ['user_name'] },
  },
  tokens: {
    columns: {
      digest: 'text',
      session_id: 'text',
      purpose: 'text',
      expires_at_ms: 'bigint',
      /** When a refresh token was first spent, or a live token opened its connection. */
      rotated_at_ms: 'bigint?',
    },
    key: ['digest'],
    references: { session_id: 'sessions.id' },
    indexes: { tokens_session: ['session_id'], tokens_expiry: ['expires_at_ms'] },
  },
  events: {
    columns: {
      team: 'text',
      sequence: 'bigint',
      event_id: 'text',
      event_type: 'text',
      project_uuid: 'text',
      feature_slug: 'text',
      aggregate_id: 'text',
      /** The cell of the board that the event changes. */
      cell: 'bigint',
      lamport: 'bigint',
      node_id: 'text',
      occurred_at: 'text',
      received_at_ms: 'bigint',
      /** 1 when type and contents are in today's vocabulary. */
      known: 'integer',
      /** The JSON document as it arrived, byte for byte. */
      document: 'text',
    },
    key: ['team', 'sequence'],
    unique: ['team', 'event_id'],
    indexes: {
      events_cell: ['team', 'cell', 'lamport', 'node_id', 'event_id'],
      events_project: ['team', 'project_uuid', 'sequence'],
    },
  },
  /** The end of a team's log. Its row is what serialises the writers of one team. */
  team_positions: { columns: { team: 'text', sequence: 'bigint', lamport: 'bigint' }, key: ['team'] },
  board_cells: {
    columns: {
      team: 'text',
      project_uuid: 'text',
      feature_slug: 'text',
      /** Empty for the feature itself. */
      work_package: 'text',
      /** Names the cell in its events by one number, because an index of four texts costs more than the event. */
      cell: 'bigint',
      /** Sequence number of the event that changed it last. */
      changed: 'bigint',
      /** 1 when the table of events has something that the state does not have. Whoever stores an event says only that. */
      behind: 'integer',
      /** The lowest Lamport timestamp that came since the last fold: at or before `through` means that it is late. */
      late_lamport: 'bigint?',
      /** Causal position of the last event that was looked at, as `[lamport, node, event]`; empty before the first. */
      through: 'text',
      /** The folded state; empty before the first event. */
      state: 'text',
    },
    key: ['team', 'project_uuid', 'feature_slug', 'work_package'],
    indexes: { board_cells_changed: ['team', 'changed'] },
  },
  /** The machines that sent events of a project. */
  nodes: {
    columns: {
      team: 'text',
      project_uuid: 'text',
      node_id: 'text',
      project_slug: 'text?',
      events: 'bigint',
      last_lamport: 'bigint',
      last_received_at_ms: 'bigint',
    },
    key: ['team', 'project_uuid', 'node_id'],
  },
  /** When a bucket is full again. */
  throttles: { columns: { name: 'text', full_at_ms: 'bigint' }, key: ['name'] },
  device_codes: {
    columns: {
      digest: 'text',
      user_code: 'text',
      device: 'text?',
      expires_at_ms: 'bigint',
      /** When the device asked last. */
      asked_at_ms: 'bigint?',
      /** Both are set when a person has agreed. */
      user_name: 'text?',
      team: 'text?',
    },
    key: ['digest'],
    unique: ['user_code'],
  },
  webhooks: {
    columns: {
      id: 'text',
      team: 'text',
      url: 'text',
      secret: 'text',
      through: 'bigint',
      added_at_ms: 'bigint',
    },
    key: ['id'],
  },
  /** What a machine said of itself: how much waits there, or, where a work package is named, of the run of an agent. */
  machine_reports: {
    columns: {
      team: 'text',
      node_id: 'text',
      project_uuid: 'text',
      feature_slug: 'text',
      work_package: 'text',
      agent: 'text',
      /** How many events wait. */
      waiting: 'bigint',
      /** Since when the oldest of them does, or the program of the run is silent; by the hub's clock. */
      since_ms: 'bigint?',
      told_at_ms: 'bigint',
    },
    key: ['team', 'node_id', 'project_uuid', 'feature_slug', 'work_package'],
    indexes: { machine_reports_told: ['team', 'told_at_ms'] },
  },
} as const satisfies Readonly<Record<string, Table>>;

type RowOf<Columns> = {
  -readonly [Name in keyof Columns]:
    | (Columns[Name] extends 'text' | 'text?' ? string : number)
    | (Columns[Name] extends `${string}?` ? null : never);
};

export type HubTables = { [Name in keyof typeof TABLES]: RowOf<(typeof TABLES)[Name]['columns']> };

export type EventRow = HubTables['events'];
export type CellRow = HubTables['board_cells'];
export type NodeRow = HubTables['nodes'];

/**
 * A number for a cell that needs no look-up. Two cells may share one, by accident or because somebody sought for it:
 * whoever reads the events of a cell has to look whose they are.
 */
export const cellNumber = (cell: BoardCell): number =>
  createHash('sha256').update(cellKey(cell), 'utf8').digest().readUIntBE(0, NUMBER_BYTES);

/** 48 bits are the most that a number holds and a Buffer reads. */
const NUMBER_BYTES = 6;

/** The order in which cells are written by everybody: transactions that write several never wait for each other in a circle. */
export const byCell = (one: Pick<CellRow, 'cell'>, other: Pick<CellRow, 'cell'>): number =>
  one.cell - other.cell;
