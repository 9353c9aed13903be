import type { Account } from '../../domain/outbox/account.js';
import { hubKey } from '../../domain/outbox/account.js';
import { isSyncError } from '../../domain/errors.js';
import { buildFacts } from '../../domain/events/build-facts.js';
import { LOCAL_TEAM } from '../../domain/events/envelope.js';
import type { EventType, PayloadInput } from '../../domain/events/payloads.js';
import type { Checkout, Head, RepositoryPlace, SharingPreference } from '../../ports/events.js';
import type { EventIdSource, Machine, WallClock } from '../../ports/host.js';
import type { CaptureLimits, CaptureOutcome, Fact, Outbox, Outboxes } from '../../ports/outbox.js';
import type { IdentityReading } from '../events/ensure-identity.js';

/**
 * The events of one command run. Identity, account and git position are those of the moment at which the work began,
 * so that a slow command cannot change what its events say.
 */
export interface Emission {
  /** ULID of the command run, shared by all its events. */
  readonly correlationId: string;
  readonly identity: IdentityReading | undefined;
  readonly account: Account | undefined;
  readonly outbox: Outbox;
  readonly limits: CaptureLimits;
  /** Whether the events may leave this machine, as far as this checkout and the user's preference say. */
  readonly isShared: boolean;
  /** Builds an event: redacted, cut to size, validated. An invalid one keeps its issues and becomes a dead letter. */
  fact<T extends EventType>(type: T, payload: PayloadInput<T>, causationId?: string | null): Fact;
  /** A fresh ULID, and the present moment in ISO 8601 UTC, for what stands in files beside the events. */
  newId(): string;
  now(): string;
  /** Whether the outbox would take this many events now; `true` also when its storage cannot tell. */
  hasRoomFor(count: number): Promise<boolean>;
  /** Captures in order. Never throws: whatever happens to an event is its outcome. */
  capture(
    facts: readonly Fact[],
    options?: Pick<CaptureLimits, 'callerKeeps'>,
  ): Promise<readonly CaptureOutcome[]>;
}

/** What the emitter reads at the beginning of a run. */
export interface EmitterSources {
  readonly repository: RepositoryPlace;
  readonly outboxes: Outboxes;
  readonly wallClock: WallClock;
  readonly eventIds: EventIdSource;
  readonly machine: Pick<Machine, 'homeDirectory'>;
  /** The identity of a checkout; backfills what is missing. */
  identify(checkout: Checkout): Promise<IdentityReading | undefined>;
  /** Who is signed in, read from records alone. */
  account(): Promise<Account | undefined>;
  limits(): Promise<CaptureLimits>;
  /** What the user said about sharing a project on this machine. */
  preference(projectUuid: string): Promise<SharingPreference | undefined>;
  /** Told of every capture. Returns at once. */
  emitted(situation: EmittedIn): void;
}

export class EventEmitter {
  readonly #sources: EmitterSources;

  constructor(sources: EmitterSources) {
    this.#sources = sources;
  }

  /**
   * Reads who, where and for whom, once. `undefined` as checkout: a command outside every project. A run that is part
   * of a larger one brings the correlation id of that.
   */
  async begin(
    checkout: Checkout | undefined,
    correlationId: string = this.#sources.eventIds.next(),
  ): Promise<Emission> {
    const { repository, outboxes } = this.#sources;
    const [identity, account, head, limits] = await Promise.all([
      checkout === undefined ? undefined : this.#sources.identify(checkout),
      this.#sources.account(),
      checkout === undefined ? NOWHERE : repository.head(checkout),
      this.#sources.limits(),
    ]);
    const outbox = outboxes.open(identity?.projectUuid);
    // A preference that cannot be read lets nothing start by itself.
    const isShared =
      identity?.share === true &&
      (await unlessBroken('off', () => this.#sources.preference(identity.projectUuid))) !== 'off';
    const now = (): string => new Date(this.#sources.wallClock.nowMs()).toISOString();
    const redaction = {
      homeDirectory: this.#sources.machine.homeDirectory,
      ...(checkout === undefined ? {} : { projectRoot: checkout.projectRoot }),
    };
    // An account whose team is not known yet owns nothing: its events are claimed when they are delivered.
    const owner = account === undefined || account.team === LOCAL_TEAM ? {} : { hub: hubKey(account.hub) };
    return {
      correlationId,
      identity,
      account,
      outbox,
      limits,
      isShared,
      fact: (type, payload, causationId = null) => {
        const context = {
          event_id: this.#sources.eventIds.next(),
          causation_id: causationId,
          timestamp: now(),
          team_slug: account?.team ?? LOCAL_TEAM,
          project_uuid: identity?.projectUuid ?? null,
          project_slug: identity?.projectSlug ?? null,
          git_branch: head.branch ?? null,
          head_commit_sha: head.commit ?? null,
          repo_slug: identity?.repoSlug ?? null,
          correlation_id: correlationId,
        };
        const { event, issues } = buildFacts(type, payload, context, redaction);
        return { event, ...owner, ...(issues.length === 0 ? {} : { issues }) };
      },
      newId: () => this.#sources.eventIds.next(),
      now,
      // Trouble with the storage is no limit: it keeps nobody from working, and the capture tells of it.
      hasRoomFor: (count) => unlessBroken(true, () => outbox.hasRoomFor(count, limits)),
      capture: async (facts, options) => {
        const outcomes = await outbox.capture(facts, { ...limits, ...options });
        this.#sources.emitted({
          autoStart: identity?.autoStart !== false,
          isDeliverable: account !== undefined && isShared,
        });
        return outcomes;
      },
    };
  }
}

const NOWHERE: Head = {};

/** What is read; something else where it cannot be, which fails nothing here. */
const unlessBroken = async <T>(otherwise: T, read: () => Promise<T>): Promise<T> => {
  try {
    return await read();
  } catch (error) {
    if (!isSyncError(error)) throw error;
    return otherwise;
  }
};

/** What an emission says about delivery. */
export interface EmittedIn {
  /** Whether the project lets sync start by itself. */
  readonly autoStart: boolean;
  /** Whether somebody is signed in and the project is shared. */
  readonly isDeliverable: boolean;
}
