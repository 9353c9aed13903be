import { setImmediate } from 'node:timers/promises';
import { parseJson } from '../../domain/document.js';
import type { CellState, WorkPackageState } from '../../domain/hub/cell-state.js';
import { featureBoards } from '../../domain/hub/feature-boards.js';
import type { BoardPage, BoardQuery, PlacedWorkPackage } from '../../ports/hub.js';
import type { CellFolder } from './cell-folder.js';
import type { Executor } from './hub-database.js';
import type { CellRow } from './schema.js';

/** Where the boards of a team are read. */
interface Source {
  readonly db: Executor;
  readonly folder: CellFolder;
  readonly team: string;
}

/**
 * A board as it stood at some moment since it was asked for. A cell that is behind its events is folded first: what a
 * reader has seen is never taken back by a fold that was not done yet. `behind` when the cells of the page could not be
 * folded in the time that a reader waits.
 */
export const readBoard = async (source: Source, query: BoardQuery): Promise<BoardPage | 'behind'> => {
  const deadline = performance.now() + READER_WAITS_MS;
  const cells: { readonly feature: string; readonly state: CellState }[] = [];
  let left = query.bytes ?? PAGE_BYTES;
  for (let last = cursorOf(query.after); ;) {
    const rows = await complete(source, deadline, () => selectCells(source, query, last).execute());
    if (rows.some((row) => row.behind === 1)) return 'behind';
    for (const { feature_slug: feature, work_package: workPackage, state } of rows) {
      left -= state.length;
      if (left < 0 && cells.length > 0) return { features: featureBoards(cells), next: cursorTo(last) };
      last = [feature, workPackage];
      if (state !== '') cells.push({ feature, state: JSON.parse(state) as CellState });
    }
    if (rows.length < CELLS_AT_ONCE) return { features: featureBoards(cells) };
    await setImmediate();
  }
};

/** The work packages that changed last, as far as they could be folded in time and fit. */
export const readRecentWorkPackages = async (
  source: Source,
  limit: number,
): Promise<readonly PlacedWorkPackage[]> => {
  const deadline = performance.now() + SNAPSHOT_WAITS_MS;
  const recent: PlacedWorkPackage[] = [];
  let left = SNAPSHOT_BYTES;
  let before = Number.MAX_SAFE_INTEGER;
  while (recent.length < limit) {
    const count = Math.min(CELLS_AT_ONCE, limit - recent.length);
    const rows = await complete(source, deadline, () =>
      source.db
        .selectFrom('board_cells')
        .selectAll()
        .where('team', '=', source.team)
        .where('work_package', '<>', '')
        .where('changed', '<', before)
        .orderBy('changed', 'desc')
        .limit(count)
        .execute(),
    );
    for (const row of rows) {
      before = row.changed;
      left -= row.state.length;
      if (left < 0 && recent.length > 0) return recent;
      if (row.behind === 1 || row.state === '') continue;
      const state = JSON.parse(row.state) as WorkPackageState;
      recent.push({ projectUuid: row.project_uuid, featureSlug: row.feature_slug, state });
    }
    if (rows.length < count) break;
    await setImmediate();
  }
  return recent;
};

/** The next cells of a board behind that one. */
const selectCells = ({ db, team }: Source, { project, feature }: BoardQuery, last: Place | undefined) => {
  const all = db.selectFrom('board_cells').selectAll().where('team', '=', team);
  const own = all.where('project_uuid', '=', project);
  const asked = feature === undefined ? own : own.where('feature_slug', '=', feature);
  const cells = asked.orderBy('feature_slug').orderBy('work_package').limit(CELLS_AT_ONCE);
  if (last === undefined) return cells;
  return cells.where((row) => row(row.refTuple('feature_slug', 'work_package'), '>', row.tuple(...last)));
};

/** Rows that are complete, or were at some time since the first look; those that took too long are still behind. */
const complete = async (
  { folder }: Source,
  deadline: number,
  select: () => Promise<readonly CellRow[]>,
): Promise<readonly CellRow[]> => {
  const seen = new Map<string, CellRow>();
  for (;;) {
    const rows = (await select()).map((row) => {
      const key = JSON.stringify([row.project_uuid, row.feature_slug, row.work_package]);
      if (row.behind === 0) seen.set(key, row);
      return seen.get(key) ?? row;
    });
    const behind = rows.filter((row) => row.behind === 1);
    if (behind.length === 0 || performance.now() > deadline) return rows;
    await folder.advance(behind);
  }
};

const CELLS_AT_ONCE = 64;

/** Well below what a client takes in one answer. */
const PAGE_BYTES = 4 * 1024 * 1024;

const SNAPSHOT_BYTES = 1024 * 1024;

const READER_WAITS_MS = 5000;

/** A session begins with what is folded rather than late; what is left out is told by the board. */
const SNAPSHOT_WAITS_MS = 1000;

type Place = readonly [feature: string, workPackage: string];

/** A cursor names the last cell of the page before. */
const cursorTo = (last: Place | undefined): string =>
  Buffer.from(JSON.stringify(last ?? null)).toString('base64url');

/** What is no cursor of ours begins at the beginning. */
const cursorOf = (after = ''): Place | undefined => {
  const last = parseJson(Buffer.from(after, 'base64url').toString());
  if (!Array.isArray(last) || last.length !== 2) return undefined;
  return last.every((part) => typeof part === 'string') ? (last as unknown as Place) : undefined;
};
