import { deriveIdentity } from '../../domain/events/derived-identity.js';
import { isSyncError, type SyncError } from '../../domain/errors.js';
import { isUuidV4 } from '../../domain/ids.js';
import {
  readProjectConfig,
  type ConfigReading,
  type ProjectConfig,
} from '../../domain/events/project-config.js';
import {
  completeIdentity,
  isComplete,
  type KnownIdentity,
  resolveIdentity,
} from '../../domain/events/project-identity.js';
import type { ClientPorts } from '../../ports/client.js';
import type {
  LamportStore,
  CheckoutMemory,
  Checkout,
  HeldRepository,
  RepositoryPlace,
} from '../../ports/events.js';
import type { Randomness } from '../../ports/host.js';
import { UseCase } from '../use-case.js';

/** The identity of a checkout's project, and what its config says about sharing. */
export interface IdentityReading {
  readonly projectUuid: string;
  readonly projectSlug: string;
  /** `owner/name`: set by a person, else that of origin. */
  readonly repoSlug?: string;
  /** Whether the project's events may leave this machine; `unreadable` holds them until the config can be read. */
  readonly share: boolean | 'unreadable';
  readonly autoStart: boolean;
  /** For the user, once per command. */
  readonly warnings: readonly string[];
}

interface EnsureIdentityPorts extends Pick<ClientPorts, 'configs' | 'checkouts' | 'hash'> {
  readonly repository: Pick<RepositoryPlace, 'originUrl' | 'exclusive'>;
  readonly lamport: Pick<LamportStore, 'read'>;
  readonly randomness: Pick<Randomness, 'uuid'>;
}

/**
 * Gives every event of a checkout the same project identity. A complete config costs one small read. What is missing
 * is filled in under the repository's lock, after reading again, so that of any number of first runs one uuid wins. A
 * config that cannot be read or written yields the identity remembered for the checkout, else a derived one: the same
 * in every run.
 */
export class EnsureIdentity extends UseCase<EnsureIdentityPorts> {
  /** `held`: the repository's lock, where the caller has it already. Fails with `lock-busy` only. */
  async run(checkout: Checkout, held?: HeldRepository): Promise<IdentityReading> {
    const { configs, repository, hash } = this.ports;
    const { projectRoot: path } = checkout;
    const derived = deriveIdentity(hash, path, await repository.originUrl(checkout));
    const memory = await this.#recall(path);
    let config = readProjectConfig(await configs.read(path));
    let failure: SyncError | undefined;
    if (config.malformed === undefined && !isComplete(config)) {
      try {
        config = await this.#complete(checkout, memory, derived.slug, held);
      } catch (error) {
        if (!isSyncError(error) || error.kind === 'lock-busy') throw error;
        failure = error;
      }
    }
    const known = isSyncError(memory) ? undefined : memory;
    const { uuid, slug, repoSlug } = resolveIdentity(config, rememberedIdentity(known), derived);
    const identity = { projectUuid: uuid.value, projectSlug: slug.value };
    const { share, autoStart, malformed, notes } = config;
    const lastShare = share === 'unreadable' ? known?.share : share;
    if (!isSyncError(memory))
      await this.#remember({
        ...{ path, ...identity, configReadable: share !== 'unreadable' },
        ...(lastShare === undefined ? {} : { share: lastShare }),
      });
    const warnings = [
      ...(malformed === undefined ? [] : [`${malformed} ${KEPT}`]),
      ...(failure === undefined ? [] : [`The project's identity cannot be stored: ${failure.message}`]),
      ...notes,
    ];
    return {
      ...identity,
      ...(repoSlug.value !== undefined && { repoSlug: repoSlug.value }),
      ...{ share, autoStart, warnings },
    };
  }

  /**
   * Fills in what is missing. A config that lost its identity, or could not be written so far, gets back the one that
   * this checkout had; unless another project has taken its place, which its derived name tells.
   */
  async #complete(
    checkout: Checkout,
    memory: CheckoutMemory | undefined | SyncError,
    slug: string,
    held: HeldRepository | undefined,
  ): Promise<ProjectConfig> {
    if (isSyncError(memory)) throw memory;
    const { configs, repository, lamport, randomness } = this.ports;
    const remembered = rememberedIdentity(memory);
    const known = remembered.slug === slug ? remembered.uuid : undefined;
    const proposal = { uuid: known ?? randomness.uuid(), slug, nodeId: (await lamport.read()).nodeId };
    const fill = (lock: HeldRepository): Promise<ConfigReading> =>
      configs.update(lock, (current) => completeIdentity(readProjectConfig(current), proposal));
    return readProjectConfig(await (held === undefined ? repository.exclusive(checkout, fill) : fill(held)));
  }

  /** A memory that cannot be read fails no command, and is not written over: it may hold the only good identity. */
  async #recall(path: string): Promise<CheckoutMemory | undefined | SyncError> {
    try {
      return await this.ports.checkouts.recall(path);
    } catch (error) {
      if (!isSyncError(error)) throw error;
      return error;
    }
  }

  async #remember(memory: CheckoutMemory): Promise<void> {
    try {
      await this.ports.checkouts.remember(memory);
    } catch (error) {
      // The memory serves later runs; this one has what it needs.
      if (!isSyncError(error)) throw error;
    }
  }
}

/** The identity that is remembered of a checkout. */
export const rememberedIdentity = (memory: CheckoutMemory | undefined): KnownIdentity => ({
  ...(memory?.projectUuid !== undefined && isUuidV4(memory.projectUuid) && { uuid: memory.projectUuid }),
  ...(memory?.projectSlug !== undefined && { slug: memory.projectSlug }),
});

const KEPT = "Events keep this checkout's known identity and are held until it is repaired.";
