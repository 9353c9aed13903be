import { deriveIdentity } from '../../domain/events/derived-identity.js';
import { isSyncError, type SyncError } from '../../domain/errors.js';
import {
  completeIdentity,
  isComplete,
  type IdentityEdit,
  type IdentityProposal,
  type IdentitySources,
  type ProjectIdentity,
  resolveIdentity,
} from '../../domain/events/project-identity.js';
import type {
  LamportStore,
  CheckoutMemory,
  CheckoutRegistry,
  ConfigReading,
  ConfigStore,
  Checkout,
  HeldRepository,
  RepositoryPlace,
} from '../../ports/events.js';
import type { Hash, Randomness } from '../../ports/host.js';
import { interpretConfig, rememberedIdentity, type ReadConfig } from './read-identity.js';

/** The identity of a checkout's project, and what its config says about sharing. */
export interface IdentityReading extends ProjectIdentity {
  readonly sources: IdentitySources;
  /** Whether the project's events may leave this machine; `unreadable` holds them until the config can be read. */
  readonly share: boolean | 'unreadable';
  readonly autoStart: boolean;
  /** For the user, once per command. */
  readonly warnings: readonly string[];
}

interface EnsureIdentityPorts {
  readonly configs: ConfigStore;
  readonly checkouts: CheckoutRegistry;
  readonly repository: Pick<RepositoryPlace, 'originUrl' | 'exclusive'>;
  readonly lamport: Pick<LamportStore, 'read'>;
  readonly randomness: Pick<Randomness, 'uuid'>;
  readonly hash: Hash;
}

/**
 * Gives every event of a checkout the same project identity. A complete config costs one small read. What is missing
 * is filled in under the repository's lock, after reading again, so that of any number of first runs one uuid wins. A
 * config that cannot be read or written yields the identity remembered for the checkout, else a derived one: the same
 * in every run.
 */
export class EnsureIdentity {
  readonly #ports: EnsureIdentityPorts;

  constructor(ports: EnsureIdentityPorts) {
    this.#ports = ports;
  }

  /** `held`: the repository's lock, where the caller has it already. Fails with `lock-busy` only. */
  async run(checkout: Checkout, held?: HeldRepository): Promise<IdentityReading> {
    const originUrl = await this.#ports.repository.originUrl(checkout);
    const read = interpretConfig(await this.#ports.configs.read(checkout.projectRoot));
    if (read.malformed !== undefined || isComplete(read.config))
      return this.#conclude(checkout, originUrl, read);
    const completed = await this.#complete(checkout, originUrl, held);
    return isSyncError(completed)
      ? this.#conclude(checkout, originUrl, read, completed)
      : this.#conclude(checkout, originUrl, interpretConfig(completed));
  }

  /** Fills in what is missing; the error when the world does not let it. */
  async #complete(
    checkout: Checkout,
    originUrl: string | undefined,
    held: HeldRepository | undefined,
  ): Promise<ConfigReading | SyncError> {
    const { configs: config, repository } = this.#ports;
    try {
      const proposal = await this.#propose(checkout, originUrl);
      const decide = (current: ConfigReading): readonly IdentityEdit[] =>
        completeIdentity(interpretConfig(current).config, proposal);
      const fill = (lock: HeldRepository): Promise<ConfigReading> => config.update(lock, decide);
      return await (held === undefined ? repository.exclusive(checkout, fill) : fill(held));
    } catch (error) {
      if (!isSyncError(error) || error.kind === 'lock-busy') throw error;
      return error;
    }
  }

  /**
   * A config that lost its identity, or could not be written so far, gets back the one that this checkout had; unless
   * another project has taken its place, which its derived name tells.
   */
  async #propose(checkout: Checkout, originUrl: string | undefined): Promise<IdentityProposal> {
    const { checkouts, lamport: clock, randomness, hash } = this.#ports;
    const remembered = rememberedIdentity(await checkouts.recall(checkout.projectRoot));
    const { slug } = deriveIdentity(hash, checkout.projectRoot, originUrl);
    const known = remembered.slug === slug ? remembered.uuid : undefined;
    return { uuid: known ?? randomness.uuid(), slug, nodeId: (await clock.read()).nodeId };
  }

  async #conclude(
    checkout: Checkout,
    originUrl: string | undefined,
    read: ReadConfig,
    failure?: SyncError,
  ): Promise<IdentityReading> {
    const recalled = await this.#recall(checkout);
    const memory = recalled === 'unreadable' ? undefined : recalled;
    const derived = deriveIdentity(this.#ports.hash, checkout.projectRoot, originUrl);
    const { identity, sources } = resolveIdentity(read.config, rememberedIdentity(memory), derived);
    const { share, autoStart } = read.config;
    if (recalled !== 'unreadable') {
      await this.#remember(memory, {
        path: checkout.projectRoot,
        projectUuid: identity.projectUuid,
        projectSlug: identity.projectSlug,
        ...lastShare(share, memory),
        configReadable: share !== 'unreadable',
      });
    }
    return { ...identity, sources, share, autoStart, warnings: warningsOf(read, failure) };
  }

  /** A memory that cannot be read fails no command, and is not written over: it may hold the only good identity. */
  async #recall(checkout: Checkout): Promise<CheckoutMemory | undefined | 'unreadable'> {
    try {
      return await this.#ports.checkouts.recall(checkout.projectRoot);
    } catch (error) {
      if (!isSyncError(error)) throw error;
      return 'unreadable';
    }
  }

  async #remember(known: CheckoutMemory | undefined, memory: CheckoutMemory): Promise<void> {
    if (known !== undefined && isSameMemory(known, memory)) return;
    try {
      await this.#ports.checkouts.remember(memory);
    } catch (error) {
      // The memory serves later runs; this one has what it needs.
      if (!isSyncError(error)) throw error;
    }
  }
}

const MEMORY_KEYS = ['path', 'projectUuid', 'projectSlug', 'share', 'configReadable'] as const;

const isSameMemory = (a: CheckoutMemory, b: CheckoutMemory): boolean =>
  MEMORY_KEYS.every((key) => a[key] === b[key]);

const lastShare = (
  share: boolean | 'unreadable',
  memory: CheckoutMemory | undefined,
): Pick<CheckoutMemory, 'share'> => {
  const last = share === 'unreadable' ? memory?.share : share;
  return last === undefined ? {} : { share: last };
};

const warningsOf = ({ malformed, notes }: ReadConfig, failure: SyncError | undefined): readonly string[] => {
  if (malformed !== undefined) {
    return [
      `${malformed} Events keep this checkout's known identity and are held until it is repaired.`,
      ...notes,
    ];
  }
  return failure === undefined
    ? notes
    : [`The project's identity cannot be stored: ${failure.message}`, ...notes];
};
