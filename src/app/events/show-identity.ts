import { deriveIdentity } from '../../domain/events/derived-identity.js';
import { readProjectConfig } from '../../domain/events/project-config.js';
import { resolveIdentity } from '../../domain/events/project-identity.js';
import type { LamportStore, CheckoutRegistry, ConfigStore, RepositoryPlace } from '../../ports/events.js';
import type { Hash } from '../../ports/host.js';
import type { DataOf } from '../documents/all.js';
import { rememberedIdentity } from './ensure-identity.js';

/** Who we are here: project, node, checkout. What the project does not have yet is absent. */
export type IdentityReport = DataOf<'identity show'>;
/** A value and where it comes from. */
export type Sourced = IdentityReport['project']['slug'];

interface ShowIdentityPorts {
  readonly configs: ConfigStore;
  readonly checkouts: CheckoutRegistry;
  readonly repository: Pick<RepositoryPlace, 'locate' | 'head' | 'originUrl'>;
  readonly lamport: Pick<LamportStore, 'read'>;
  readonly hash: Hash;
}

/** Reports the identity in use at a directory and mints nothing; `undefined` outside every project. */
export class ShowIdentity {
  readonly #ports: ShowIdentityPorts;

  constructor(ports: ShowIdentityPorts) {
    this.#ports = ports;
  }

  async run(directory: string): Promise<IdentityReport | undefined> {
    const { configs, checkouts, repository, lamport: clock, hash } = this.#ports;
    const checkout = await repository.locate(directory);
    if (checkout === undefined) return undefined;
    const originUrl = await repository.originUrl(checkout);
    const config = readProjectConfig(await configs.read(checkout.projectRoot));
    const { malformed, notes, nodeId: mintedBy, share, autoStart } = config;
    const remembered = rememberedIdentity(await checkouts.recall(checkout.projectRoot));
    const derived = deriveIdentity(hash, checkout.projectRoot, originUrl);
    const { identity, sources } = resolveIdentity(config, remembered, derived);
    const { repoSlug } = identity;
    // A config that can be written gets a random uuid, not the derived one.
    const isMinted = malformed !== undefined || sources.projectUuid !== 'derived';
    return {
      project: {
        uuid: isMinted ? { value: identity.projectUuid, source: sources.projectUuid } : undefined,
        slug: { value: identity.projectSlug, source: sources.projectSlug },
        repoSlug:
          repoSlug === undefined || sources.repoSlug === undefined
            ? undefined
            : { value: repoSlug, source: sources.repoSlug },
        mintedBy,
      },
      nodeId: (await clock.read()).nodeId,
      checkout: { ...checkout, ...(await repository.head(checkout)) },
      share,
      autoStart,
      warnings: [...(malformed === undefined ? [] : [malformed]), ...notes],
    };
  }
}
