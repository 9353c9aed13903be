import { SyncError } from '../../domain/errors.js';
import { featureNumber } from '../../domain/ids.js';
import type { Evidence } from '../../domain/work/intent.js';
import { wireLane } from '../../domain/events/lane.js';
import { makeMeta, readMeta, withAnnounced, type FeatureMeta } from '../../domain/work/meta-json.js';
import type { ResolvedWorkPackage } from '../../domain/work/resolve-dependencies.js';
import { activityTime } from '../../domain/work/transition.js';
import type { Fact } from '../../ports/outbox.js';
import type { FileChange } from '../../ports/work.js';
import type { Emission } from '../outbox/event-emitter.js';
import type { FeatureState } from './feature-state.js';
import type { PlannedEvent } from './work-plan.js';

/** What makes a feature and its work packages known, and the memory of it in `meta.json`. */
interface PlannedAnnouncement {
  /** Keys that were added to `announced`: the feature's slug and work package ids. */
  readonly announced: readonly string[];
  readonly changes: readonly FileChange[];
  readonly events: readonly PlannedEvent[];
}

/**
 * Plans `FeatureCreated` and one `WPCreated` for each work package, ascending, all caused by this command run, but
 * only what `announced` lacks; `undefined` when that is nothing. Fails with `outbox-full` when the outbox has no room
 * for all of them, and with `storage-corrupt` for a `meta.json` that cannot be understood.
 */
export const planAnnouncement = async (
  emission: Pick<Emission, 'fact' | 'correlationId' | 'hasRoomFor'>,
  state: FeatureState,
  resolved: readonly ResolvedWorkPackage[],
  targetBranch: () => Promise<string>,
): Promise<PlannedAnnouncement | undefined> => {
  const { slug, directory, meta } = state.documents;
  const path = `${directory}/meta.json`;
  const known = readKnown(path, meta);
  // The wire has no word for what was canceled, and every other one would be false.
  const canceled = state.workPackages.filter(({ workPackage }) => workPackage.lane === 'canceled');
  const ids = resolved
    .map(({ id }) => id)
    .filter((id) => !canceled.some((filed) => filed.workPackage.id === id));
  const missing = [slug, ...ids].filter((key) => !known.announced.has(key));
  if (missing.length === 0) return undefined;
  await refuseWithoutRoom(emission, missing.length);
  const branch = await targetBranch();
  const facts = missing.map((key) => ({
    key,
    fact:
      key === slug
        ? featureCreated(emission, state, known, branch)
        : workPackageCreated(emission, state, resolved, key),
  }));
  const [first] = facts;
  const text =
    meta ??
    makeMeta({
      slug,
      number: featureNumber(slug),
      targetBranch: branch,
      createdAt: activityTime(first?.fact.event.timestamp ?? ''),
    });
  const after = withAnnounced(
    text,
    facts.map(({ key, fact }) => [key, fact.event.event_id] as const),
  );
  return {
    announced: missing,
    changes: [{ path, before: meta, after }],
    events: facts.map(({ key, fact }) => ({ fact, evidence: evidenceOf(path, key, fact) })),
  };
};

const readKnown = (path: string, meta: string | undefined): FeatureMeta => {
  if (meta === undefined) return { announced: new Map(), isBeforeStatusLog: false };
  const read = readMeta(meta);
  if (read.ok) return read.value;
  const { line, reason } = read.error;
  throw new SyncError('storage-corrupt', `${path}${line === undefined ? '' : `:${line}`} ${reason}.`, {
    hint: 'Correct the file and run the command again.',
  });
};

const refuseWithoutRoom = async (emission: Pick<Emission, 'hasRoomFor'>, count: number): Promise<void> => {
  if (await emission.hasRoomFor(count)) return;
  throw new SyncError(
    'outbox-full',
    `The outbox has no room for ${count} more ${count === 1 ? 'event' : 'events'}.`,
    {
      hint: 'Nothing was changed. Deliver what waits with `spec-kitty sync now`, or raise max_queue_size in config.toml.',
    },
  );
};

const featureCreated = (
  emission: Pick<Emission, 'fact' | 'correlationId'>,
  { documents: { slug }, workPackages }: FeatureState,
  { createdAt }: FeatureMeta,
  targetBranch: string,
): Fact => {
  const number = featureNumber(slug);
  return emission.fact(
    'FeatureCreated',
    slug,
    {
      feature_slug: slug,
      ...(number === undefined ? {} : { feature_number: number }),
      target_branch: targetBranch,
      wp_count: workPackages.filter(({ workPackage }) => workPackage.lane !== 'canceled').length,
      ...(createdAt === undefined ? {} : { created_at: createdAt }),
    },
    emission.correlationId,
  );
};

const workPackageCreated = (
  emission: Pick<Emission, 'fact' | 'correlationId'>,
  { documents, workPackages }: FeatureState,
  resolved: readonly ResolvedWorkPackage[],
  id: string,
): Fact => {
  const filed = workPackages.find(({ workPackage }) => workPackage.id === id);
  const detail = filed?.workPackage.detail;
  return emission.fact(
    'WPCreated',
    id,
    {
      wp_id: id,
      title: filed?.workPackage.title ?? id,
      dependencies: resolved.find((each) => each.id === id)?.dependencies ?? [],
      status: wireLane(filed?.workPackage.lane ?? 'planned'),
      feature_slug: documents.slug,
      ...(detail === undefined ? {} : { detail }),
    },
    emission.correlationId,
  );
};

const evidenceOf = (path: string, key: string, fact: Fact): Evidence => ({
  evidence: 'announced',
  path,
  key,
  eventId: fact.event.event_id,
});
