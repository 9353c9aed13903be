import { isSyncError, SyncError } from '../../domain/errors.js';
import { isWorkPackageId } from '../../domain/ids.js';
import { workPackageIdOf } from '../../domain/work/work-package-id.js';
import { isFields } from '../../domain/document.js';
import type { ClientPorts } from '../../ports/client.js';
import type { Outbox } from '../../ports/outbox.js';
import { eventOf, textOf } from '../delivery/due-records.js';
import type { ShowIdentity } from '../events/show-identity.js';
import { locateFeature, type FeatureRequest } from '../work/locate-feature.js';
import { UseCase } from '../use-case.js';

/** Which events are asked for; what is absent is all of it. */
export interface EventScope {
  readonly feature?: string | undefined;
  readonly workPackage?: string | undefined;
}

/** A question about the events of a project. */
export interface EventsRequest extends FeatureRequest {
  /** As a person names it. */
  readonly workPackage?: string | undefined;
}

/** The events of a project that are asked for. */
export interface ScopedEvents {
  readonly scope: EventScope;
  /** `undefined`: the project has no identity yet, so it has captured nothing. */
  readonly outbox: Outbox | undefined;
}

interface ScopeEventsPorts extends Pick<ClientPorts, 'repository' | 'files' | 'outboxes'> {
  readonly showIdentity: Pick<ShowIdentity, 'run'>;
}

/** Finds out which events are asked for, and where they are. */
export class ScopeEvents extends UseCase<ScopeEventsPorts> {
  /** Fails with `feature-not-found` or `feature-ambiguous`, which list the candidates, and `input-invalid`. */
  async run(request: EventsRequest): Promise<ScopedEvents> {
    const { outboxes, showIdentity } = this.ports;
    const uuid = (await showIdentity.run(request.checkout.projectRoot))?.project.uuid?.value;
    const outbox = uuid === undefined ? undefined : outboxes.open(uuid);
    const workPackage = request.workPackage === undefined ? undefined : workPackageNamed(request.workPackage);
    return { outbox, scope: { workPackage, feature: await this.#feature(request, outbox) } };
  }

  /**
   * A feature is chosen as every command chooses one that is named, among those of the plan and then also among those that
   * only events tell of any more; a place names none, so that without a name every event is meant.
   */
  async #feature(request: EventsRequest, outbox: Outbox | undefined): Promise<string | undefined> {
    const { files, repository } = this.ports;
    if (`${request.feature ?? ''}${request.featureVariable ?? ''}`.trim() === '') return undefined;
    try {
      return await locateFeature(files, repository, request);
    } catch (error) {
      if (!isSyncError(error) || error.kind !== 'feature-not-found' || outbox === undefined) throw error;
      const planned = await files.features(request.checkout.projectRoot);
      const all = [...new Set([...planned, ...(await toldFeatures(outbox))])].sort();
      const withTold: Parameters<typeof locateFeature>[0] = {
        find: async (_, choose) => choose(all),
        features: async () => all,
        strangers: (root) => files.strangers(root),
        text: (root, path) => files.text(root, path),
      };
      return locateFeature(withTold, repository, request);
    }
  }
}

/** Whether a payload is about what was asked for. */
export const isAbout = (payload: unknown, { feature, workPackage }: EventScope): boolean => {
  if (feature === undefined && workPackage === undefined) return true;
  if (!isFields(payload)) return false;
  return (
    (feature === undefined || payload['feature_slug'] === feature) &&
    (workPackage === undefined || payload['wp_id'] === workPackage)
  );
};

/** `WP01 of 002-login`, for an answer that says what was asked; empty when everything was. */
export const describeScope = ({ feature, workPackage }: EventScope): string => {
  if (feature === undefined) return workPackage ?? '';
  return workPackage === undefined ? feature : `${workPackage} of ${feature}`;
};

const workPackageNamed = (text: string): string => {
  const id = workPackageIdOf(text);
  if (isWorkPackageId(id)) return id;
  throw new SyncError('input-invalid', `${JSON.stringify(text)} is no work package.`, {
    hint: 'Name one such as WP01. See: spec-kitty agent tasks list',
  });
};

const toldFeatures = async (outbox: Outbox): Promise<ReadonlySet<string>> => {
  const told = new Set<string>();
  for await (const record of outbox.records()) {
    const { payload } = eventOf(record);
    const slug = isFields(payload) ? textOf(payload['feature_slug']) : undefined;
    if (slug !== undefined) told.add(slug);
  }
  return told;
};
