import { hubKey, isSameHub, type Account } from '../../domain/outbox/account.js';
import type { Decision } from '../../domain/outbox/decision.js';
import { normalizeHubUrl } from '../../domain/delivery/hub-url.js';
import type { KnownHub } from '../../domain/delivery/known-hubs.js';
import { setOf } from '../../domain/outbox/ledger.js';
import { SyncError } from '../../domain/errors.js';
import type { KnownHubs } from '../../ports/delivery.js';
import type { CheckoutRegistry } from '../../ports/events.js';
import type { Outboxes } from '../../ports/outbox.js';
import { heldElsewhere, type HeldElsewhere } from './held-elsewhere.js';
import type { AccessTokens } from './access-token.js';
import { grantedAccess } from './granted-access.js';

export interface MoveEventsInput {
  /** The former hub, by its address or its id. */
  readonly from: string;
  /** Also what the former hub has already, as far as the journal still holds it. */
  readonly withJournal: boolean;
}

/** What a move would give to the present hub. Nothing is decided yet. */
export interface MovePlan {
  readonly to: Account;
  readonly projects: readonly ProjectMove[];
  /** How many events would go there. */
  readonly events: number;
}

export interface ProjectMove {
  readonly projectUuid: string;
  readonly projectSlug?: string;
  /** The team for which they were captured. */
  readonly team: string;
  readonly held: number;
  /** The former hub has these; they go along only where that is wanted. */
  readonly delivered: number;
  readonly decisions: readonly Decision[];
}

interface MovePorts {
  readonly outboxes: Outboxes;
  readonly checkouts: Pick<CheckoutRegistry, 'list'>;
  readonly knownHubs: Pick<KnownHubs, 'list'>;
  readonly accessTokens: Pick<AccessTokens, 'get' | 'renew'>;
}

/** Gives what was captured for a former hub to the one that is signed in. */
export class MoveEvents {
  readonly #ports: MovePorts;

  constructor(ports: MovePorts) {
    this.#ports = ports;
  }

  /**
   * What would go where; changes nothing. Fails with `input-invalid` for a hub of which nothing is there, and for the
   * present one, and where nobody is signed in.
   */
  async plan({ from, withJournal }: MoveEventsInput, signal?: AbortSignal): Promise<MovePlan> {
    const { outboxes, checkouts: registry, knownHubs: hubs, accessTokens: tokens } = this.#ports;
    const { account } = await grantedAccess(tokens, signal);
    const names = namesOf(from, await hubs.list());
    if (names.some((name) => isSameHub(name, account.hub))) throw isPresent(from);
    const slugs = new Map(
      (await registry.list()).map((checkout) => [checkout.projectUuid, checkout.projectSlug]),
    );
    const projects: ProjectMove[] = [];
    const others = new Set<string>();
    for (const projectUuid of await outboxes.list()) {
      if (projectUuid === undefined) continue;
      const outbox = outboxes.open(projectUuid);
      const { ledgers } = await outbox.reading();
      const meant = new Set(
        ledgers.flatMap(({ hub, urls = [] }) =>
          [hub, ...urls].some((name) => names.includes(name)) ? [hub, ...urls] : [],
        ),
      );
      for (const group of await heldElsewhere(outbox, account)) {
        const { hub, team } = group.owner;
        const slug = slugs.get(projectUuid);
        if (!names.includes(hub) && !meant.has(hub)) {
          if (!isSameHub(hub, account.hub)) others.add(hub);
          continue;
        }
        projects.push({
          projectUuid,
          ...(slug === undefined ? {} : { projectSlug: slug }),
          team,
          held: group.held.length,
          delivered: group.delivered.length,
          decisions: decisionsFor(group, account, withJournal),
        });
      }
    }
    if (projects.length === 0) throw isUnknown(from, [...others]);
    const moved = ({ held, delivered }: ProjectMove): number => held + (withJournal ? delivered : 0);
    return { to: account, projects, events: projects.reduce((sum, project) => sum + moved(project), 0) };
  }

  /** Durable before this resolves. */
  async run({ projects }: MovePlan): Promise<void> {
    for (const { projectUuid, decisions } of projects)
      await this.#ports.outboxes.open(projectUuid).decide(decisions);
  }
}

/** Everything under which the hub may be remembered. */
const namesOf = (from: string, known: readonly KnownHub[]): readonly string[] => {
  const url = normalizeHubUrl(from);
  const named = [from.trim(), ...(url.ok ? [url.value] : [])];
  const same = known.filter(({ id, urls }) => [id, ...urls].some((name) => named.includes(name)));
  return [...new Set([...named, ...same.flatMap(({ id, urls }) => [id, ...urls])])];
};

const decisionsFor = (
  { owner, held, delivered }: HeldElsewhere,
  to: Account,
  withJournal: boolean,
): readonly Decision[] =>
  setOf([...held, ...(withJournal ? delivered : [])]).map((range) => ({
    decision: 'move',
    range,
    from: owner,
    hub: hubKey(to.hub),
    team: to.team,
  }));

const isPresent = (from: string): SyncError =>
  new SyncError('input-invalid', `${from} is the hub that is signed in.`, {
    hint: 'Name the former hub with --from. What is held, and for whom, is shown by: spec-kitty sync status',
  });

const isUnknown = (from: string, others: readonly string[]): SyncError =>
  new SyncError('input-invalid', `No event on this machine was captured for a hub ${from}.`, {
    hint:
      others.length === 0
        ? 'There is none for any other hub: nothing has to be moved.'
        : `There are some for: ${others.join(', ')}`,
  });
