import { deriveIdentity } from '../../domain/events/derived-identity.js';
import { readProjectConfig } from '../../domain/events/project-config.js';
import { resolveIdentity } from '../../domain/events/project-identity.js';
import type { ClientPorts } from '../../ports/client.js';
import type { LamportStore, RepositoryPlace } from '../../ports/events.js';
import type { DataOf } from '../documents/all.js';
import { rememberedIdentity } from './ensure-identity.js';
import { UseCase } from '../use-case.js';

/** Who we are here: project, node, checkout. What the project does not have yet is absent. */
export type IdentityReport = DataOf<'identity show'>;
interface ShowIdentityPorts extends Pick<ClientPorts, 'configs' | 'checkouts' | 'hash'> {
  readonly repository: Pick<RepositoryPlace, 'locate' | 'head' | 'originUrl'>;
  readonly lamport: Pick<LamportStore, 'read'>;
}

/** Reports the identity in use at a directory and mints nothing; `undefined` outside every project. */
export class ShowIdentity extends UseCase<ShowIdentityPorts> {
  async run(directory: string): Promise<IdentityReport | undefined> {
    const { configs, checkouts, repository, lamport: clock, hash } = this.ports;
    const checkout = await repository.locate(directory);
    if (checkout === undefined) return undefined;
    const originUrl = await repository.originUrl(checkout);
    const config = readProjectConfig(await configs.read(checkout.projectRoot));
    const { malformed, notes, nodeId: mintedBy, share, autoStart } = config;
    const remembered = rememberedIdentity(await checkouts.recall(checkout.projectRoot));
    const derived = deriveIdentity(hash, checkout.projectRoot, originUrl);
    const { uuid, slug, repoSlug } = resolveIdentity(config, remembered, derived);
    // A config that can be written gets a random uuid, not the derived one.
    const isMinted = malformed !== undefined || uuid.source !== 'derived';
    return {
      project: {
        uuid: isMinted ? uuid : undefined,
        slug,
        repoSlug: repoSlug.value === undefined ? undefined : { ...repoSlug, value: repoSlug.value },
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
