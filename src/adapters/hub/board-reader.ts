import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import type { CellState, WorkPackageState } from '../../domain/hub/cell-state.js';
import { featureBoards } from '../../domain/hub/feature-boards.js';
import type { BoardPage, BoardQuery, PlacedWorkPackage } from '../../ports/hub.js';
import type { CellFolder } from './cell-folder.js';
import { PreparedQuery, type Executor } from './prepared-query.js';
import type { CellRow } from './schema.js';

/**
 * Boards as they stood at some moment since they were asked for. A cell that is behind its events is folded first: what
 * a reader has seen is never taken back by a fold that was not done yet.
 */
export class BoardReader {
  readonly #db: Executor;
  readonly #folder: CellFolder;
  readonly #team: string;

  constructor(db: Executor, folder: CellFolder, team: string) {
    this.#db = db;
    this.#folder = folder;
    this.#team = team;
  }

  /** `behind` when the cells of the page could not be folded in the time that a reader waits. */
  async board(query: BoardQuery): Promise<BoardPage | 'behind'> {
    const deadline = performance.now() + READER_WAITS_MS;
    const cells: { readonly feature: string; readonly state: CellState }[] = [];
    let left = query.bytes ?? PAGE_BYTES;
    let [feature, workPackage] = cursorOf(query.after);
    const pageOf = (next?: string): BoardPage => ({
      features: featureBoards(cells),
      ...(next === undefined ? {} : { next }),
    });
    for (;;) {
      const select = () =>
        query.feature === undefined
          ? SELECT_CELLS.run(this.#db, [this.#team, query.project, feature, workPackage, CELLS_AT_ONCE + 1])
          : SELECT_FEATURE.run(this.#db, [
              ...[this.#team, query.project, query.feature],
              ...[workPackage, CELLS_AT_ONCE + 1],
            ]);
      const rows = await this.#complete(select, deadline);
      if (rows.some((row) => row.behind === 1)) return 'behind';
      for (const row of rows) {
        [feature, workPackage] = [row.feature_slug, row.work_package];
        if (row === rows[CELLS_AT_ONCE]) break;
        left -= row.state.length;
        if (left < 0 && cells.length > 0) return pageOf(cursorTo(feature, workPackage));
        if (row.state !== '') cells.push({ feature, state: JSON.parse(row.state) as CellState });
      }
      if (rows.length <= CELLS_AT_ONCE) return pageOf();
      await setImmediate();
    }
  }

  /** The work packages that changed last, as far as they could be folded in time and fit. */
  async recentWorkPackages(limit: number): Promise<readonly PlacedWorkPackage[]> {
    const deadline = performance.now() + SNAPSHOT_WAITS_MS;
    const recent: PlacedWorkPackage[] = [];
    let left = SNAPSHOT_BYTES;
    let before = Number.MAX_SAFE_INTEGER;
    while (recent.length < limit) {
      const count = Math.min(CELLS_AT_ONCE, limit - recent.length);
      const select = () => SELECT_RECENT.run(this.#db, [this.#team, before, count]);
      const rows = await this.#complete(select, deadline);
      for (const row of rows) {
        before = Number(row.changed);
        left -= row.state.length;
        if (left < 0 && recent.length > 0) return recent;
        if (row.behind === 1 || row.state === '') continue;
        recent.push({
          projectUuid: row.project_uuid,
          featureSlug: row.feature_slug,
          state: JSON.parse(row.state) as WorkPackageState,
        });
      }
      if (rows.length < count) break;
      await setImmediate();
    }
    return recent;
  }

  /** Rows that are complete, or were at some time since the first look; those that took too long are still behind. */
  async #complete(select: () => Promise<readonly CellRow[]>, deadline: number): Promise<readonly CellRow[]> {
    const complete = new Map<string, CellRow>();
    for (;;) {
      const rows = await select();
      const behind: CellRow[] = [];
      for (const row of rows) {
        if (row.behind === 0) complete.set(keyText(row), row);
        else if (!complete.has(keyText(row))) behind.push(row);
      }
      if (behind.length === 0 || performance.now() > deadline)
        return rows.map((row) => (row.behind === 0 ? row : (complete.get(keyText(row)) ?? row)));
      await this.#folder.advance(behind);
    }
  }
}

const keyText = (row: CellRow): string =>
  JSON.stringify([row.project_uuid, row.feature_slug, row.work_package]);

const CELLS_AT_ONCE = 64;

/** Well below what a client takes in one answer. */
const PAGE_BYTES = 4 * 1024 * 1024;

const SNAPSHOT_BYTES = 1024 * 1024;

const READER_WAITS_MS = 5000;

/** A session begins with what is folded rather than late; what is left out is told by the board. */
const SNAPSHOT_WAITS_MS = 1000;

/** The cursor names the first cell of the next page, in the order of the table. */
const cursorTo = (feature: string, workPackage: string): string =>
  Buffer.from(JSON.stringify([feature, workPackage])).toString('base64url');

/** What is no cursor of ours begins at the beginning. */
const cursorOf = (after: string | undefined): [feature: string, workPackage: string] => {
  try {
    const parsed = JSON.parse(Buffer.from(after ?? '', 'base64url').toString()) as unknown;
    if (Array.isArray(parsed) && typeof parsed[0] === 'string' && typeof parsed[1] === 'string')
      return [parsed[0], parsed[1]];
  } catch {
    // The beginning, as below.
  }
  return ['', ''];
};

const cellsOf = (db: Executor) =>
  db.selectFrom('board_cells').selectAll().where('team', '=', '').where('project_uuid', '=', '');

const SELECT_CELLS = new PreparedQuery((db) =>
  cellsOf(db)
    .where((row) => row(row.refTuple('feature_slug', 'work_package'), '>=', row.tuple('', '')))
    .orderBy('feature_slug')
    .orderBy('work_package')
    .limit(1)
    .compile(),
);

const SELECT_FEATURE = new PreparedQuery((db) =>
  cellsOf(db)
    .where('feature_slug', '=', '')
    .where('work_package', '>=', '')
    .orderBy('work_package')
    .limit(1)
    .compile(),
);

const SELECT_RECENT = new PreparedQuery((db) =>
  db
    .selectFrom('board_cells')
    .selectAll()
    .where('team', '=', '')
    .where('work_package', '<>', sql.lit(''))
    .where('changed', '<', 0)
    .orderBy('changed', 'desc')
    .limit(1)
    .compile(),
);
