import type { StatusLane, WorkPackageLane } from '../../domain/events/lane.js';
import type { ReadLine } from '../../domain/work/plan-reading.js';
import type { ResolvedDependencies } from '../../domain/work/resolve-dependencies.js';
import { seedRows } from '../../domain/work/status-rows.js';
import type { Row } from '../../domain/work/status-rows.js';
import type { Checkout } from '../../ports/events.js';
import type { FeatureFiles, FileChange, Repository, FeatureDocuments } from '../../ports/work.js';
import type { Emission } from '../outbox/event-emitter.js';
import { planLines } from './check-feature.js';
import { contradictions, unseeded } from './feature-state.js';
import type { FeatureState } from './feature-state.js';
import { targetBranchOf } from './feature-target.js';
import { findFeature } from './locate-feature.js';
import { mainCheckout } from './main-checkout.js';
import type { WorkPorts } from './perform-work.js';
import { planAnnouncement } from './plan-announcement.js';
import { resolvePlan } from './resolve-plan.js';
import { statusChanges } from './status-changes.js';
import { nothingToDo } from './work-plan.js';
import type { PerformedWork } from './work-plan.js';
import { workOnFeature, type FeatureInput } from './work-on-feature.js';

export interface FinalizeInput extends FeatureInput {
  /** Commits the documents of the feature that git does not have as they are together with what is written. */
  readonly whole?: boolean;
}

export interface FinalizedWorkPackage {
  readonly id: string;
  readonly title: string;
  readonly lane: WorkPackageLane;
  /** The finer lane, where it has a name of its own. */
  readonly detail?: StatusLane;
  readonly dependencies: readonly string[];
  /** Which document decided about the dependencies. */
  readonly decidedBy: 'manifest' | 'tasks' | 'front-matter';
}

export interface FinalizeResult {
  readonly feature: string;
  /** `nothing-to-do`: everything was written and announced before. */
  readonly outcome: 'finalized' | 'nothing-to-do';
  readonly workPackages: readonly FinalizedWorkPackage[];
  /** Work packages whose front matter was written. */
  readonly updated: readonly string[];
  /** Work packages that the status log has as planned from now on; absent where there is no log. */
  readonly seeded?: readonly string[];
  /** What was announced just now: the feature's slug and work package ids. */
  readonly announced: readonly string[];
  readonly warnings: readonly string[];
  readonly ignored: ResolvedDependencies['ignored'];
  /** Documents of the feature that git does not have as they are, relative to the project root. */
  readonly uncommitted: readonly string[];
  /** How much of the plan was read and passed over, as `feature check` says line by line. */
  readonly reading: { readonly read: number; readonly passedOver: number };
}

/** Fixes the plan of a feature: resolves dependencies, writes them into the front matters, announces what is not yet. */
export class FinalizeTasks {
  readonly #ports: WorkPorts;

  constructor(ports: WorkPorts) {
    this.#ports = ports;
  }

  /**
   * Fails with `tasks-unreadable`, `work-package-unreadable`, `dependency-invalid` (naming the lines) and
   * `outbox-full`; nothing is written then. Run again, it finds nothing to do and emits nothing.
   */
  async run(input: FinalizeInput, signal?: AbortSignal): Promise<PerformedWork<FinalizeResult>> {
    const { checkout } = input;
    return workOnFeature(
      this.#ports,
      input,
      {},
      async (state, emission) => {
        const resolved = resolvePlan(state);
        const announcement = await planAnnouncement(emission, state, resolved.workPackages, () =>
          targetBranchOf(this.#ports.repository, checkout, state.documents.meta),
        );
        const seeds = seedsOf(emission, state);
        const written = [
          ...(await this.#edits(state, resolved)),
          ...statusChanges(state, seeds),
          ...(announcement?.changes ?? []),
        ];
        const left = (await uncommittedPlan(this.#ports.repository, checkout, state.documents)).filter(
          (path) => !written.some((change) => change.path === path),
        );
        const isWhole = input.whole === true && input.commit !== false;
        const result = resultOf(state, resolved, announcement?.announced ?? [], isWhole ? [] : left);
        // What holds evidence is written last.
        const changes = [...(isWhole ? await asTheyAre(this.#ports.files, checkout, left) : []), ...written];
        if (changes.length === 0) return nothingToDo(result);
        return { result, changes, events: announcement?.events ?? [], done: 'finalize tasks' };
      },
      signal,
    );
  }

  /** What `whole` would commit beside what is written. */
  async uncommitted(input: FinalizeInput): Promise<readonly string[]> {
    const { documents } = await findFeature(this.#ports, input);
    return uncommittedPlan(this.#ports.repository, input.checkout, documents);
  }

  async #edits(
    { workPackages }: FeatureState,
    resolved: ResolvedDependencies,
  ): Promise<readonly FileChange[]> {
    const changes: FileChange[] = [];
    for (const { id, dependencies, isChanged } of resolved.workPackages) {
      const filed = workPackages.find(({ workPackage }) => workPackage.id === id);
      if (!isChanged || filed === undefined) continue;
      changes.push(
        await this.#ports.files.change(filed.document, [
          { edit: 'set', key: 'dependencies', value: dependencies },
        ]),
      );
    }
    return changes;
  }
}

const seedsOf = (emission: Pick<Emission, 'newId' | 'now'>, state: FeatureState): readonly Row[] => {
  const { statusLog, documents } = state;
  if (statusLog === undefined) return [];
  return unseeded(state).flatMap(({ id, path }) =>
    seedRows(statusLog, {
      feature: documents.slug,
      workPackageId: id,
      path,
      by: 'finalize-tasks',
      timestamp: emission.now(),
      eventId: emission.newId(),
    }),
  );
};

const resultOf = (
  state: FeatureState,
  resolved: ResolvedDependencies,
  announced: readonly string[],
  uncommitted: readonly string[],
): FinalizeResult => {
  const { documents, workPackages, statusLog } = state;
  const updated = resolved.workPackages.filter(({ isChanged }) => isChanged).map(({ id }) => id);
  const seeded = unseeded(state).map(({ id }) => id);
  const isIdle = updated.length + seeded.length + announced.length === 0;
  return {
    feature: documents.slug,
    outcome: isIdle ? 'nothing-to-do' : 'finalized',
    workPackages: workPackages.flatMap(({ workPackage: { id, title, lane, detail } }) =>
      resolved.workPackages
        .filter((each) => each.id === id)
        .map(({ dependencies, decidedBy }) => ({
          id,
          title,
          lane: seeded.includes(id) ? ('planned' as const) : lane,
          ...(detail === undefined ? {} : { detail }),
          dependencies,
          decidedBy,
        })),
    ),
    updated,
    ...(statusLog === undefined ? {} : { seeded }),
    announced,
    warnings: [
      ...documents.passedOver.map(({ path, reason }) => `${path} ${reason}.`),
      ...contradictions(state),
      ...resolved.warnings,
    ],
    ignored: resolved.ignored,
    uncommitted,
    reading: countsOf(planLines(state)),
  };
};

const countsOf = (lines: readonly ReadLine[]): FinalizeResult['reading'] => {
  const of = (verdict: ReadLine['verdict']): number =>
    lines.filter((each) => each.verdict === verdict).length;
  return { read: of('read'), passedOver: of('passed-over') };
};

/** Documents of a feature that git does not have as they are; empty without git. Relative to the project root. */
const uncommittedPlan = async (
  repository: Pick<Repository, 'dirtyPaths'>,
  checkout: Checkout,
  { directory }: Pick<FeatureDocuments, 'directory'>,
): Promise<readonly string[]> => {
  if (checkout.commonDir === undefined) return [];
  const paths = await repository.dirtyPaths(mainCheckout(checkout).root);
  return paths.filter((path) => path.startsWith(`${directory}/`) && IS_DOCUMENT.test(path));
};

/** Changes that leave these files as they are, so that they come into the commit of the work. */
const asTheyAre = async (
  files: Pick<FeatureFiles, 'text'>,
  { projectRoot }: Checkout,
  paths: readonly string[],
): Promise<readonly FileChange[]> => {
  const changes: FileChange[] = [];
  for (const path of paths) {
    const text = await files.text(projectRoot, path);
    if (text !== undefined) changes.push({ path, before: text, after: text });
  }
  return changes;
};

/** What people write plans in; pictures and other files are theirs to commit. */
const IS_DOCUMENT = /\.(?:md|markdown|json|jsonl|ya?ml)$/i;
