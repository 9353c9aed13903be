import { SyncError } from '../../domain/errors.js';
import { wireLane } from '../../domain/events/lane.js';
import { featureNumber } from '../../domain/ids.js';
import { makeMeta, readMeta, withAnnounced, type FeatureMeta } from '../../domain/work/meta-json.js';
import { describePlace } from '../../domain/work/place.js';
import type { ResolvedDependencies } from '../../domain/work/resolve-dependencies.js';
import { seedRows } from '../../domain/work/status-rows.js';
import { activityTime } from '../../domain/work/transition.js';
import type { Checkout } from '../../ports/events.js';
import type { ResultOf } from '../documents/all.js';
import { planLines } from './check-feature.js';
import type { FeatureDraft } from './feature-draft.js';
import { contradictions, unseeded, type FeatureState } from './feature-state.js';
import { targetBranchOf } from './feature-branches.js';
import { findFeature } from './locate-feature.js';
import type { PerformedWork, WorkPorts } from './perform-work.js';
import { resolvePlan } from './plan-findings.js';
import { UseCase } from '../use-case.js';
import { workOnFeature, type FeatureInput } from './work-on-feature.js';

export interface FinalizeInput extends FeatureInput {
  /** Commits the documents of the feature that git does not have as they are together with what is written. */
  readonly whole?: boolean;
}

export type FinalizeResult = ResultOf<'agent feature finalize-tasks'>;

/** Fixes the plan of a feature: resolves dependencies, writes them into the front matters, announces what is not yet. */
export class FinalizeTasks extends UseCase<WorkPorts> {
  /**
   * Fails with `tasks-unreadable`, `work-package-unreadable`, `dependency-invalid` (naming the lines) and
   * `outbox-full`; nothing is written then. Run again, it finds nothing to do and emits nothing.
   */
  async run(input: FinalizeInput, signal?: AbortSignal): Promise<PerformedWork<FinalizeResult>> {
    const { checkout } = input;
    return workOnFeature(this.ports, input, signal, async (draft) => {
      const { state } = draft;
      const resolved = resolvePlan(state);
      const announced = await announce(draft, resolved, () =>
        targetBranchOf(this.ports.repository, checkout, state.documents.meta),
      );
      for (const { id, dependencies, isChanged } of resolved.workPackages) {
        const filed = isChanged ? state.workPackages.find((each) => each.id === id) : undefined;
        if (filed !== undefined)
          draft.edit(filed, [{ edit: 'set', key: 'dependencies', value: dependencies }]);
      }
      seed(draft);
      const left = draft.untouched(await this.#uncommitted(checkout, state));
      const isWhole = input.whole === true && input.commit !== false;
      // Left as they are, they come into the commit of the work.
      for (const path of isWhole ? left : []) {
        const text = await this.ports.files.text(checkout.projectRoot, path);
        if (text !== undefined) draft.write({ path, before: text, after: text });
      }
      const result = resultOf(state, resolved, announced, isWhole ? [] : left);
      return { result, done: 'finalize tasks' };
    });
  }

  /** What `whole` would commit beside what is written. */
  async uncommitted(input: FinalizeInput): Promise<readonly string[]> {
    return this.#uncommitted(input.checkout, await findFeature(this.ports, input));
  }

  /** Documents of a feature that git does not have as they are; empty without git. Relative to the project root. */
  async #uncommitted(
    checkout: Checkout,
    { documents: { directory } }: FeatureState,
  ): Promise<readonly string[]> {
    if (checkout.commonDir === undefined) return [];
    const paths = await this.ports.repository.dirtyPaths(checkout.projectRoot);
    return paths.filter((path) => path.startsWith(`${directory}/`) && IS_DOCUMENT.test(path));
  }
}

/** What people write plans in; pictures and other files are theirs to commit. */
const IS_DOCUMENT = /\.(?:md|markdown|json|jsonl|ya?ml)$/i;

/** What the status log says nothing of is planned from now on. */
const seed = (draft: FeatureDraft): void => {
  const { statusLog, documents } = draft.state;
  if (statusLog === undefined) return;
  for (const { id: workPackageId, path } of unseeded(draft.state)) {
    const rows = seedRows(statusLog, {
      ...{ feature: documents.slug, workPackageId, path, by: 'finalize-tasks' },
      ...{ timestamp: draft.emission.now(), eventId: draft.emission.newId() },
    });
    draft.append(...rows);
  }
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
  const lines = planLines(state, resolved);
  return {
    feature: documents.slug,
    outcome: isIdle ? 'nothing-to-do' : 'finalized',
    workPackages: workPackages.flatMap(({ id, title, lane: was, detail }) => {
      const own = resolved.workPackages.find((each) => each.id === id);
      const lane = seeded.includes(id) ? 'planned' : was;
      if (own === undefined) return [];
      return { id, title, lane, detail, dependencies: own.dependencies, decidedBy: own.decidedBy };
    }),
    updated,
    seeded: statusLog && seeded,
    announced,
    warnings: [
      ...documents.passedOver.map(({ path, reason }) => `${path} ${reason}.`),
      ...contradictions(workPackages),
      ...resolved.warnings,
    ],
    ignored: resolved.ignored,
    uncommitted,
    reading: {
      read: lines.filter(({ verdict }) => verdict === 'read').length,
      passedOver: lines.filter(({ verdict }) => verdict === 'passed-over').length,
    },
  };
};

/**
 * Plans `FeatureCreated` and one `WPCreated` for each work package, ascending, all caused by this command run, but
 * only what `announced` in `meta.json` lacks; returns the keys that were added to it. Fails with `outbox-full` when the
 * outbox has no room for all of them, and with `storage-corrupt` for a `meta.json` that cannot be understood.
 */
const announce = async (
  draft: FeatureDraft,
  resolved: ResolvedDependencies,
  targetBranch: () => Promise<string>,
): Promise<readonly string[]> => {
  const { emission, state } = draft;
  const { slug, directory, meta } = state.documents;
  const path = `${directory}/meta.json`;
  const { announced, createdAt } = announcedIn(path, meta);
  // The wire has no word for what was canceled, and every other one would be false.
  const workPackages = state.workPackages.filter(({ lane }) => lane !== 'canceled');
  const missing = [slug, ...workPackages.map(({ id }) => id)].filter((key) => !announced.has(key));
  if (missing.length === 0) return [];
  if (!(await emission.hasRoomFor(missing.length))) throw outboxFull(missing.length);
  const branch = await targetBranch();
  const number = featureNumber(slug);
  const ofFeature = {
    feature_slug: slug,
    ...(number === undefined ? {} : { feature_number: number }),
    target_branch: branch,
    wp_count: workPackages.length,
    ...(createdAt === undefined ? {} : { created_at: createdAt }),
  };
  const facts = missing.map((key) => {
    const workPackage = workPackages.find(({ id }) => id === key);
    if (workPackage === undefined)
      return { key, fact: emission.fact('FeatureCreated', ofFeature, emission.correlationId) };
    const { id, title, lane, detail } = workPackage;
    const said = {
      ...{ wp_id: id, title, status: wireLane(lane), feature_slug: slug },
      dependencies: resolved.workPackages.find((each) => each.id === id)?.dependencies ?? [],
      ...(detail === undefined ? {} : { detail }),
    };
    return { key, fact: emission.fact('WPCreated', said, emission.correlationId) };
  });
  const began = activityTime(facts[0]?.fact.event.timestamp ?? '');
  const text = meta ?? makeMeta({ slug, number, targetBranch: branch, createdAt: began });
  const entries = facts.map(({ key, fact }) => [key, fact.event.event_id] as const);
  draft.write({ path, before: meta, after: withAnnounced(text, entries) });
  for (const { key, fact } of facts)
    draft.events.push({ fact, evidence: { evidence: 'announced', path, key, eventId: fact.event.event_id } });
  return missing;
};

const announcedIn = (
  path: string,
  meta: string | undefined,
): Pick<FeatureMeta, 'announced' | 'createdAt'> => {
  const read = readMeta(meta ?? '{}');
  if (read.ok) return read.value;
  const { line, reason } = read.error;
  throw new SyncError('storage-corrupt', `${describePlace({ path, line })} ${reason}.`, {
    hint: 'Correct the file and run the command again.',
  });
};

const outboxFull = (count: number): SyncError =>
  new SyncError(
    'outbox-full',
    `The outbox has no room for ${count} more ${count === 1 ? 'event' : 'events'}.`,
    {
      hint: 'Nothing was changed. Deliver what waits with `spec-kitty sync now`, or raise max_queue_size in config.toml.',
    },
  );
