import type { BoardCell } from '../../domain/hub/board-event.js';

/** Remembers one value for each cell, grouped by project and feature, without building a text for each look-up. */
export class CellIndex<T> {
  readonly #projects = new Map<string, Map<string, Map<string, T>>>();

  /** The value of a cell; made when it is the first time. */
  have(cell: BoardCell, make: () => T): T {
    const features = existing(this.#projects, cell.project);
    const workPackages = existing(features, cell.feature);
    const known = workPackages.get(cell.workPackage);
    if (known !== undefined) return known;
    const made = make();
    workPackages.set(cell.workPackage, made);
    return made;
  }

  /** The values of each feature that has any. */
  byFeature(): readonly (readonly T[])[] {
    return [...this.#projects.values()].flatMap((features) =>
      [...features.values()].map((workPackages) => [...workPackages.values()]),
    );
  }
}

const existing = <K, V>(map: Map<string, Map<K, V>>, key: string): Map<K, V> => {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = new Map<K, V>();
  map.set(key, made);
  return made;
};
