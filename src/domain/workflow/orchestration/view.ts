import type { DependencyGraph } from '../dependency-graph.js';
import type { Lane } from '../lane.js';

/** A work package as its file describes it at this moment. */
export interface SeenWorkPackage {
  readonly title: string;
  readonly lane: Lane;
  /** Who is in charge. */
  readonly agent?: string;
}

/** What the files of a feature say at this moment. One that cannot be read is not among the work packages. */
export interface FeatureView {
  readonly graph: DependencyGraph;
  readonly workPackages: ReadonlyMap<string, SeenWorkPackage>;
}

/** The lane of a work package; `undefined` when it has no file that can be read. */
export const laneOf = (view: FeatureView, id: string): Lane | undefined => view.workPackages.get(id)?.lane;
