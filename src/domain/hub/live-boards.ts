import { isFollowed } from '../events/lamport.js';
import { cellKey, cellOf, type BoardEvent } from './board-event.js';
import type { CellState, FeatureBoard } from './cell-state.js';
import { featureBoards } from './feature-boards.js';
import { foldCell, isLate } from './fold-cell.js';

/** A part of a board that has to be read from the hub: a feature, or without one the whole project. */
export interface BoardPart {
  readonly project: string;
  readonly feature?: string;
}

/**
 * Boards of a reader that keeps no events: read from the hub once, then moved by every event that comes after, with the
 * hub's own fold. A late event cannot be folded without those before it, so its feature is named as stale and read
 * anew. Events that come while a part is being read are kept until it is there; those that it holds already are told by
 * their place in causal order.
 */
export class LiveBoards {
  readonly #projects = new Map<string, Map<string, PlacedCell>>();
  /** What was put together of a project, until it changes. */
  readonly #boards = new Map<string, readonly FeatureBoard[]>();
  readonly #reading = new Map<string, { readonly part: BoardPart; readonly heard: BoardEvent[] }>();
  readonly #stale = new Map<string, BoardPart>();
  #cursor: number;

  /** Begins behind that sequence number. */
  constructor(cursor = 0) {
    this.#cursor = cursor;
  }

  /** The sequence number of the last event heard. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Says that a part is asked for from now on. */
  begin(part: BoardPart): void {
    this.#stale.delete(keyOf(part));
    this.#reading.set(keyOf(part), { part, heard: [] });
  }

  /** Takes the answer: the part as it stood at some moment since it was asked for. */
  take(part: BoardPart, features: readonly FeatureBoard[]): void {
    const heard = this.#reading.get(keyOf(part))?.heard ?? [];
    this.#reading.delete(keyOf(part));
    const { project } = part;
    const cells = this.#cells(project);
    for (const [key, { feature }] of cells) if (feature === (part.feature ?? feature)) cells.delete(key);
    for (const { feature_slug: feature, feature: own, work_packages: all } of features) {
      if (own !== null) cells.set(cellKey({ project, feature, workPackage: '' }), { feature, state: own });
      for (const state of all)
        cells.set(cellKey({ project, feature, workPackage: state.wp_id }), { feature, state });
    }
    for (const event of heard) this.#fold(event);
  }

  /** Says that a part could not be read: it stays stale. */
  giveUp(part: BoardPart): void {
    this.#reading.delete(keyOf(part));
    this.#stale.set(keyOf(part), part);
  }

  /** Takes an event in; what was heard before changes nothing. Returns whether it is news. */
  hear(event: BoardEvent, sequence: number): boolean {
    if (sequence <= this.#cursor) return false;
    this.#cursor = sequence;
    const { project, feature } = cellOf(event);
    let waits = false;
    for (const { part, heard } of this.#reading.values()) {
      if (part.project !== project || (part.feature ?? feature) !== feature) continue;
      heard.push(event);
      waits = true;
    }
    if (!waits) this.#fold(event);
    return true;
  }

  /** The parts that have to be read anew. */
  stale(): readonly BoardPart[] {
    return [...this.#stale.values()];
  }

  projects(): readonly string[] {
    return [...this.#projects.keys()].sort();
  }

  /** The features of a project, by slug. */
  board(project: string): readonly FeatureBoard[] {
    const cells = this.#projects.get(project)?.values() ?? [];
    const board = this.#boards.get(project) ?? featureBoards([...cells]);
    this.#boards.set(project, board);
    return board;
  }

  /** The cells of a project, to be changed. */
  #cells(project: string): Map<string, PlacedCell> {
    const cells = this.#projects.get(project) ?? new Map<string, PlacedCell>();
    this.#projects.set(project, cells);
    this.#boards.delete(project);
    return cells;
  }

  #fold(event: BoardEvent): void {
    if (!isFollowed(event.lamport_clock)) return;
    const cell = cellOf(event);
    const { project, feature } = cell;
    const cells = this.#cells(project);
    const state = cells.get(cellKey(cell))?.state;
    if (state?.last_event.event_id === event.event_id) return;
    if (isLate(state, event)) this.#stale.set(keyOf(cell), { project, feature });
    else cells.set(cellKey(cell), { feature, state: foldCell(state, cell, event) });
  }
}

interface PlacedCell {
  readonly feature: string;
  readonly state: CellState;
}

const keyOf = ({ project, feature }: BoardPart): string => JSON.stringify([project, feature ?? null]);
