import { FeatureTexts } from '../../adapters/work/feature-texts.js';
import { isSyncError } from '../../domain/errors.js';
import { featureDirectory } from '../../domain/work/feature-slug.js';
import { readFeatureState } from '../work/feature-state.js';
import { planFindings, type PlanFinding } from '../work/plan-findings.js';
import { ReadBoard, type BoardCard, type FeatureCards } from '../work/read-board.js';

export type { BoardCard, FeatureCards, PlanFinding };

/** A feature as its documents show it. */
export interface ReadPlan {
  readonly feature: string;
  /** Absent while the documents cannot be read as one plan; the findings, or the reason, then say why. */
  readonly board?: FeatureCards;
  /** File of each work package, relative to the project root, by its id. */
  readonly paths: ReadonlyMap<string, string>;
  /** Everything that is wrong, each at its place. */
  readonly findings: readonly PlanFinding[];
  /** Why there is no board, as a sentence. */
  readonly reason?: string;
}

/**
 * Reads the plan of a feature from texts that the caller has got, as every command reads it from files: for a host that
 * has no Node, or must not run anything. `texts`: the files of its folder, by path relative to the project root, with
 * `/`. Resolves to `undefined` where they are no feature. Needs no file, no git and no network, and changes nothing.
 */
export const readPlan = async (
  feature: string,
  texts: ReadonlyMap<string, string>,
): Promise<ReadPlan | undefined> => {
  const files = new FeatureTexts(texts);
  const documents = await files.read(ROOT, feature);
  if (documents === undefined) return undefined;
  const findings = planFindings(documents);
  const checkout = { root: ROOT, projectRoot: ROOT };
  try {
    const board = await new ReadBoard({ repository: NO_HEAD, files }).run({ checkout, feature });
    const paths = new Map(
      readFeatureState(documents).workPackages.map(({ workPackage: { id, path } }) => [id, path]),
    );
    return { feature, board, paths, findings };
  } catch (error) {
    if (!isSyncError(error)) throw error;
    return { feature, paths: new Map(), findings, reason: error.message };
  }
};

/** Folder of a feature's documents, relative to the project root. */
export const planDirectory = featureDirectory;

const ROOT = '/';
const NO_HEAD = { head: () => Promise.resolve({}) };
