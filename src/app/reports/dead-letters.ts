import { deadLetter } from '../../domain/delivery/outcome.js';
import { SyncError } from '../../domain/errors.js';
import { LOCAL_TEAM } from '../../domain/events/envelope.js';
import { hubKey, type Account } from '../../domain/outbox/account.js';
import {
  ledgerInUse,
  presumedAccount,
  type HubLedger,
  type LedgerException,
} from '../../domain/outbox/ledger.js';
import type { ClientPorts } from '../../ports/client.js';
import type { JournalRecord, Outbox } from '../../ports/outbox.js';
import { eventOf, textOf, type ReportSituation } from '../delivery/due-records.js';
import { PassLedger } from '../delivery/pass-ledger.js';
import type { DataOf } from '../documents/all.js';
import { UseCase } from '../use-case.js';
import { examineOutbox, ofEveryOutbox, type ReportNeeds } from './examine-outbox.js';

/** An event that was given up on, and what is known about why. */
export type DeadLetter = DataOf<'sync dead-letters show'> & {
  /** Whether the ledger lists it already; else the next pass enters it. */
  readonly isSettled: boolean;
};

/** Lists what was given up on for the account's hub, or for the hub that was in use last. Reads records only. */
export class ListDeadLetters extends UseCase<ReportNeeds> {
  /** Of all projects, or of one; in the order of capture. */
  async run(projectUuid?: string): Promise<readonly DeadLetter[]> {
    const letters = await ofEveryOutbox(this.ports, async (outbox, situation) =>
      projectUuid === undefined || projectUuid === outbox.project ? deadLettersOf(outbox, situation) : [],
    );
    return letters.flat();
  }
}

/** The dead letters of one outbox: what its ledger lists, and what is damaged or invalid and not listed yet. */
const deadLettersOf = async (outbox: Outbox, situation: ReportSituation): Promise<readonly DeadLetter[]> => {
  const found = new Map<number, DeadLetter>();
  const add = (record: JournalRecord, reason: string, exception: LedgerException | undefined): void => {
    const event = record.json === undefined ? undefined : eventOf(record);
    found.set(record.record, {
      projectUuid: outbox.project,
      record: record.record,
      eventId: exception?.eventId ?? record.eventId,
      reason,
      attempts: exception?.attempts ?? 0,
      refusedBy: record.invalid === undefined ? 'hub' : 'record',
      isSettled: exception?.state === 'dead',
      event,
      eventType: textOf(event?.['event_type']),
      aggregateId: textOf(event?.['aggregate_id']),
      timestamp: textOf(event?.['timestamp']),
    });
  };
  const { context } = await examineOutbox(outbox, situation, ({ record, standing, exception }) => {
    if (standing.standing === 'dead') add(record, standing.reason, exception);
  });
  // A journal that lost its end no longer has what its ledger lists.
  for (const lost of context.ledger?.exceptions ?? [])
    if (lost.state === 'dead' && !found.has(lost.record))
      add({ ...lost, team: '', invalid: lost.reason }, lost.reason, lost);
  return [...found.values()].sort((a, b) => a.record - b.record);
};

export type DeadLetterVerdict = 'requeue' | 'discard';

export interface DecidedDeadLetters {
  readonly decided: readonly DeadLetter[];
  /** Left as they are: asking again could not end otherwise. */
  readonly left: readonly DeadLetter[];
}

interface DeadLetterPorts extends Pick<ClientPorts, 'outboxes' | 'lamport' | 'wallClock' | 'randomness'> {
  readonly listDeadLetters: Pick<ListDeadLetters, 'run'>;
  readonly account: () => Promise<Account | undefined>;
}

/** Which dead letters are meant: all of them, or those whose ids begin like this. */
export type DeadLetterChoice = 'all' | readonly string[];

/**
 * Enters what a person decided about dead letters. Nothing is decided unless all of the choice can be understood:
 * fails with `input-invalid` for an id that names none or several.
 */
export class DecideDeadLetters extends UseCase<DeadLetterPorts> {
  /** The dead letters that are meant, each once, in the order of capture. */
  async choose(choice: DeadLetterChoice, projectUuid?: string): Promise<readonly DeadLetter[]> {
    const all = await this.ports.listDeadLetters.run(projectUuid);
    if (choice === 'all') return all;
    const chosen = new Set(choice.map((id) => theOne(id, all)));
    return all.filter((letter) => chosen.has(letter));
  }

  /** Durable before this resolves. What was decided meanwhile by somebody else stays decided. */
  async run(verdict: DeadLetterVerdict, letters: readonly DeadLetter[]): Promise<DecidedDeadLetters> {
    const isVain = (letter: DeadLetter): boolean => verdict === 'requeue' && letter.refusedBy === 'record';
    const decided = letters.filter((letter) => !isVain(letter));
    for (const project of new Set(decided.map(({ projectUuid }) => projectUuid))) {
      const own = decided.filter(({ projectUuid }) => projectUuid === project);
      await this.#decide(this.ports.outboxes.open(project), verdict, own);
    }
    return { decided, left: letters.filter(isVain) };
  }

  async #decide(outbox: Outbox, verdict: DeadLetterVerdict, letters: readonly DeadLetter[]): Promise<void> {
    const { hub, team } = await this.#ledgerFor(outbox, letters);
    await outbox.decide(letters.map(({ record }) => ({ decision: verdict, record, hub, team })));
  }

  /**
   * The ledger that counts them. A decision is about what a ledger lists: damaged and invalid records that no pass has
   * entered yet are entered first, as the next pass would, without the network.
   */
  async #ledgerFor(outbox: Outbox, letters: readonly DeadLetter[]): Promise<Pick<HubLedger, 'hub' | 'team'>> {
    const { ledgers } = await outbox.reading();
    const signedIn = presumedAccount(ledgers, await this.ports.account());
    const inUse = ledgerInUse(ledgers, signedIn);
    const open = letters.filter(({ isSettled }) => !isSettled);
    if (open.length === 0 && inUse !== undefined) return inUse;
    const account = signedIn ?? (inUse === undefined ? undefined : accountOf(inUse));
    if (account === undefined || account.team === LOCAL_TEAM) throw noHub();
    const passed = await outbox.pass(async (sender) => {
      const { lamport, wallClock, randomness } = this.ports;
      const ledger = new PassLedger({ lamport, wallClock, randomness, outbox, sender, account });
      const taken = await ledger.takeIntoUse();
      await ledger.settle(open.map((letter) => deadLetter(letter, letter.reason)));
      return taken;
    });
    if (passed === 'busy') throw deliveredElsewhere();
    return passed.value ?? { hub: hubKey(account.hub), team: account.team };
  }
}

const theOne = (id: string, letters: readonly DeadLetter[]): DeadLetter => {
  const wanted = id.toUpperCase();
  const exact = letters.filter(({ eventId }) => eventId.toUpperCase() === wanted);
  const found =
    exact.length > 0 ? exact : letters.filter(({ eventId }) => eventId.toUpperCase().startsWith(wanted));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw new SyncError(
    'input-invalid',
    found.length === 0
      ? `No dead letter has the id ${id}.`
      : `${found.length} dead letters have ids that begin with ${id}.`,
    { hint: 'The ids are listed by: spec-kitty sync dead-letters list' },
  );
};

const accountOf = ({ hub, team }: HubLedger): Account => ({ hub: { url: hub, id: hub }, team });

const noHub = (): SyncError =>
  new SyncError('not-signed-in', 'There is no hub yet at which these events would count as discarded.', {
    hint: 'Sign in first: spec-kitty auth login',
  });

const deliveredElsewhere = (): SyncError =>
  new SyncError('lock-busy', 'Another process is delivering this project at the moment.', {
    hint: 'Try again in a moment.',
  });
