import { SyncError } from '../../../domain/errors.js';
import { describeDependencyFault } from '../../../domain/workflow/dependency-graph.js';
import {
  resolveDependencies,
  type ResolvedDependencies,
} from '../../../domain/workflow/resolve-dependencies.js';
import { describeIds } from '../../../domain/workflow/work-package-id.js';
import type { StatusLane, WorkPackageLane } from '../../../domain/workflow/lane.js';
import { seedRows, type Row } from '../../../domain/workflow/status-rows.js';
import { lineOfKey, readWorkPackage } from '../../../domain/workflow/work-package.js';
import type { FeatureFiles, FileChange, Repository } from '../../../ports/workspace.js';
import { planAnnouncement } from './plan-announcement.js';
import { contradictions, manifestOf, refuseFaults, unseeded, type FeatureState } from './feature-state.js';
import { targetBranchOf } from './feature-target.js';
import { loadFeature, locateFeature, type FeatureRequest } from './locate-feature.js';
import type { Emission } from '../../sync/event-emitter.js';
import { asTheyAre, uncommittedPlan } from './uncommitted-plan.js';
import type { PerformWork } from './perform-work.js';
import { statusChanges } from './status-changes.js';
import { nothingToDo, type PerformedWork } from './work-plan.js';
import { commitSubject } from '../../../domain/workflow/commit-message.js';

export interface FinalizeInput extends FeatureRequest {
  /** `false` leaves the commit to the user. */
  readonly commit?: boolean;
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
}

/** Fixes the plan of a feature: resolves dependencies, writes them into the front matters, announces what is not yet. */
export class FinalizeTasks {
  readonly #repository: Repository;
  readonly #files: FeatureFiles;
  readonly #perform: PerformWork;

  constructor(repository: Repository, files: FeatureFiles, perform: PerformWork) {
    this.#repository = repository;
    this.#files = files;
    this.#perform = perform;
  }

  /**
   * Fails with `tasks-unreadable`, `work-package-unreadable`, `dependency-invalid` (naming the lines) and
   * `outbox-full`; nothing is written then. Run again, it finds nothing to do and emits nothing.
   */
  async run(input: FinalizeInput, signal?: AbortSignal): Promise<PerformedWork<FinalizeResult>> {
    const slug = await locateFeature(this.#files, this.#repository, input);
    const { checkout } = input;
    return this.#perform.run(
      {
        checkout,
        subject: { feature: slug },
        plan: async (emission) => {
          const state = await loadFeature(this.#files, checkout.projectRoot, slug);
          const resolved = resolve(state);
          const announcement = await planAnnouncement(emission, state, resolved.workPackages, () =>
            targetBranchOf(this.#repository, checkout, state.documents.meta),
          );
          const seeds = seedsOf(emission, state);
          const written = [
            ...(await this.#edits(state, resolved)),
            ...statusChanges(state, seeds),
            ...(announcement?.changes ?? []),
          ];
          const left = (await uncommittedPlan(this.#repository, checkout, state.documents)).filter(
            (path) => !written.some((change) => change.path === path),
          );
          const isWhole = input.whole === true && input.commit !== false;
          const result = resultOf(state, resolved, announcement?.announced ?? [], isWhole ? [] : left);
          // What holds evidence is written last.
          const changes = [...(isWhole ? await asTheyAre(this.#files, checkout, left) : []), ...written];
          if (changes.length === 0) return nothingToDo(result);
          return {
            result,
            changes,
            events: announcement?.events ?? [],
            ...(input.commit === false ? {} : { message: commitSubject('finalize tasks', slug) }),
          };
        },
      },
      signal,
    );
  }

  /** What `whole` would commit beside what is written. */
  async uncommitted(input: FinalizeInput): Promise<readonly string[]> {
    const slug = await locateFeature(this.#files, this.#repository, input);
    const { documents } = await loadFeature(this.#files, input.checkout.projectRoot, slug);
    return uncommittedPlan(this.#repository, input.checkout, documents);
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
        await this.#files.change(filed.document, [{ edit: 'set', key: 'dependencies', value: dependencies }]),
      );
    }
    return changes;
  }
}

const CORRECT = 'Nothing was written. Correct these lines and run the command again.';
const HOW_TO_STATE =
  'Nothing was written. Write what is needed as a list, such as "Depends on WP01, WP02 (remark)", and what is not ' +
  'behind "parallel with" or "not"; sentences about other work packages belong into their sections.';

const resolve = (state: FeatureState): ResolvedDependencies => {
  const { documents } = state;
  const { slug, directory, tasks, passedOver } = documents;
  refuseFaults(state);
  if (state.workPackages.length === 0) {
    const seen = passedOver.map(({ path, reason }) => `\n${path} ${reason}.`).join('');
    throw new SyncError('work-package-not-found', `${slug} has no work packages.${seen}`, {
      hint: `Write files such as ${directory}/tasks/WP01-title.md.`,
    });
  }
  if (tasks === undefined) {
    throw new SyncError('tasks-unreadable', `${directory}/tasks.md does not exist.`, {
      hint: 'Write it with a section for each work package, such as "## Work Package WP01: Title".',
    });
  }
  const manifest = documents.manifest === undefined ? undefined : manifestOf(documents.manifest);
  const resolved = resolveDependencies(
    { path: `${directory}/tasks.md`, text: tasks },
    state.workPackages.map(({ workPackage: { id, path, dependencies }, document }) => {
      const line =
        'dependencies' in document.frontMatter ? lineOfKey(document.text, 'dependencies') : undefined;
      const entry = manifest?.get(id);
      const own = readWorkPackage(document, state.authority);
      return {
        id,
        path,
        dependencies: own.ok ? own.value.dependencies : dependencies,
        ...(line === undefined ? {} : { line }),
        ...(entry === undefined ? {} : { manifest: { path: `${directory}/wps.yaml`, ...entry } }),
      };
    }),
  );
  const without = [...(manifest?.keys() ?? [])].filter(
    (id) => !state.workPackages.some(({ workPackage }) => workPackage.id === id),
  );
  if (without.length > 0) {
    throw new SyncError(
      'dependency-invalid',
      `wps.yaml has ${describeIds(without)}, of which tasks/ has no file.`,
      {
        hint: `Nothing was written. Write files such as ${directory}/tasks/${without[0] ?? 'WP01'}-title.md, or take the entry out.`,
      },
    );
  }
  if (resolved.faults.length === 0) return resolved;
  throw new SyncError('dependency-invalid', resolved.faults.map(describeDependencyFault).join('\n'), {
    hint: resolved.faults.some(({ fault }) => fault === 'unclear') ? HOW_TO_STATE : CORRECT,
  });
};

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
  };
};
