import { hubKey, isSameHub, type Account } from '../../domain/outbox/account.js';
import type { Decision } from '../../domain/outbox/decision.js';
import { normalizeHubUrl } from '../../domain/delivery/hub-url.js';
import { type HubLedger, isLedgerOf, isSettled, setOf } from '../../domain/outbox/ledger.js';
import type { RecordOwner } from '../../domain/outbox/ownership.js';
import { SyncError } from '../../domain/errors.js';
import type { ClientPorts } from '../../ports/client.js';
import type { Outbox, OutboxReading } from '../../ports/outbox.js';
import type { DataOf } from '../documents/all.js';
import { UseCase } from '../use-case.js';
import { openRecords, recordContext } from './due-records.js';
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

/** What is `delivered` goes along only where that is wanted. */
export interface ProjectMove extends Told {
  readonly projectSlug?: string | undefined;
  readonly decisions: readonly Decision[];
}

type Told = DataOf<'sync move'>['projects'][number];

interface MovePorts extends Pick<ClientPorts, 'outboxes' | 'checkouts' | 'knownHubs'> {
  readonly accessTokens: Pick<AccessTokens, 'get' | 'renew'>;
}

/** Gives what was captured for a former hub to the one that is signed in. */
export class MoveEvents extends UseCase<MovePorts> {
  /**
   * What would go where; changes nothing. Fails with `input-invalid` for a hub of which nothing is there, and for the
   * present one, and where nobody is signed in.
   */
  async plan({ from, withJournal }: MoveEventsInput, signal?: AbortSignal): Promise<MovePlan> {
    const { outboxes, checkouts, knownHubs, accessTokens } = this.ports;
    const { account: to } = await grantedAccess(accessTokens, signal);
    const url = normalizeHubUrl(from);
    const names = new Set([from.trim(), ...(url.ok ? [url.value] : [])]);
    addAliases(
      names,
      (await knownHubs.list()).map(({ id, urls }) => [id, ...urls]),
    );
    if ([...names].some((name) => isSameHub(name, to.hub))) throw isPresent(from);
    const slugs = new Map((await checkouts.list()).map((each) => [each.projectUuid, each.projectSlug]));
    const projects: ProjectMove[] = [];
    const others = new Set<string>();
    for (const projectUuid of await outboxes.list()) {
      if (projectUuid === undefined) continue;
      const outbox = outboxes.open(projectUuid);
      const { ledgers } = await outbox.reading();
      const meant = addAliases(
        new Set(names),
        ledgers.map(({ hub, urls = [] }) => [hub, ...urls]),
      );
      const projectSlug = slugs.get(projectUuid);
      for (const { owner, held, delivered } of await heldElsewhere(outbox, to)) {
        const ranges = setOf([...held, ...(withJournal ? delivered : [])]);
        if (meant.has(owner.hub))
          projects.push({
            ...{ projectUuid, projectSlug, team: owner.team },
            ...{ held: held.length, delivered: delivered.length },
            decisions: ranges.map((range) => ({
              ...{ decision: 'move', range, from: owner },
              ...{ hub: hubKey(to.hub), team: to.team },
            })),
          });
        else if (!isSameHub(owner.hub, to.hub)) others.add(owner.hub);
      }
    }
    if (projects.length === 0) throw isUnknown(from, [...others]);
    const moved = ({ held, delivered }: ProjectMove): number => held + (withJournal ? delivered : 0);
    return { to, projects, events: projects.reduce((sum, project) => sum + moved(project), 0) };
  }

  /** Durable before this resolves. */
  async run({ projects }: MovePlan): Promise<void> {
    for (const { projectUuid, decisions } of projects)
      await this.ports.outboxes.open(projectUuid).decide(decisions);
  }
}

/** Adds everything under which a hub is remembered that has one of these names. */
const addAliases = (names: Set<string>, hubs: readonly (readonly string[])[]): ReadonlySet<string> => {
  for (const hub of hubs) if (hub.some((name) => names.has(name))) for (const name of hub) names.add(name);
  return names;
};

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

/** The records of an outbox that belong to another hub or team than the account's. */
export interface HeldElsewhere {
  readonly owner: RecordOwner;
  /** That one has given no receipt for these: nothing delivers them as long as this account is signed in. */
  readonly held: readonly number[];
  /** These it has, and the journal still holds them. */
  readonly delivered: readonly number[];
}

/** By owner, in the order of capture. What can never be sent, or was thrown away, is left out. Changes nothing. */
export const heldElsewhere = async (outbox: Outbox, account: Account): Promise<readonly HeldElsewhere[]> => {
  const reading = await outbox.reading();
  // Whose a record is does not depend on whether anything may leave now.
  const context = recordContext(outbox, reading, { account, sharing: 'on', isInsisted: true, nowMs: 0 });
  const discarded = discardedIn(reading);
  const found = new Map<string, { owner: RecordOwner; held: number[]; delivered: number[] }>();
  for await (const [{ record }, standing] of openRecords(outbox, reading, context, reading.first)) {
    if (standing.standing !== 'held' || standing.reason.hold !== 'elsewhere') continue;
    const { hub, team } = standing.reason;
    const owner = { hub, team };
    const theirs = reading.ledgers.filter((ledger) => isLedgerOf(ledger, owner));
    if (theirs.some((ledger) => discarded(ledger, record))) continue;
    const key = JSON.stringify(owner);
    const group = found.get(key) ?? { owner, held: [], delivered: [] };
    found.set(key, group);
    const hasIt = theirs.some((ledger) => record >= ledger.first && isSettled(ledger, record));
    group[hasIt ? 'delivered' : 'held'].push(record);
  }
  return [...found.values()];
};

const discardedIn = ({ decisions }: OutboxReading): ((ledger: HubLedger, record: number) => boolean) => {
  const discards = decisions.filter((decision) => decision.decision === 'discard');
  return (ledger, record) =>
    discards.some((decision) => decision.record === record && isLedgerOf(ledger, decision));
};
