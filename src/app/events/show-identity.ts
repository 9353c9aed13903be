import { deriveIdentity } from '../../domain/events/derived-identity.js';
import { readProjectConfig } from '../../domain/events/project-config.js';
import { type IdentitySource, resolveIdentity } from '../../domain/events/project-identity.js';
import type {
  LamportStore,
  CheckoutRegistry,
  ConfigStore,
  Checkout,
  Head,
  RepositoryPlace,
} from '../../ports/events.js';
import type { Hash } from '../../ports/host.js';
import { rememberedIdentity } from './ensure-identity.js';

/** A value and where it comes from. */
export interface Sourced {
  readonly value: string;
  readonly source: IdentitySource;
}

/** Who we are here: project, node, checkout. */
export interface IdentityReport {
  readonly project: {
    /** Absent until the first command that captures an event mints it. */
    readonly uuid?: Sourced;
    readonly slug: Sourced;
    readonly repoSlug?: Sourced;
    /** The node that minted the identity, which may be another machine's. */
    readonly mintedBy?: string;
  };
  /** This machine and user, as every event of theirs says. */
  readonly nodeId: string;
  readonly checkout: Checkout & Head;
  readonly share: boolean | 'unreadable';
  readonly autoStart: boolean;
  readonly warnings: readonly string[];
}

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
    // A config that can be written gets a random uuid, not the derived one.
    const isMinted = malformed !== undefined || sources.projectUuid !== 'derived';
    return {
      project: {
        ...(isMinted && { uuid: { value: identity.projectUuid, source: sources.projectUuid } }),
        slug: { value: identity.projectSlug, source: sources.projectSlug },
        ...(identity.repoSlug !== undefined &&
          sources.repoSlug !== undefined && {
            repoSlug: { value: identity.repoSlug, source: sources.repoSlug },
          }),
        ...(mintedBy !== undefined && { mintedBy }),
      },
      nodeId: (await clock.read()).nodeId,
      checkout: { ...checkout, ...(await repository.head(checkout)) },
      share,
      autoStart,
      warnings: [...(malformed === undefined ? [] : [malformed]), ...notes],
    };
  }
}
