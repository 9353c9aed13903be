import type { HubLedger, LedgerException, RecordRange } from './ledger.js';

/** The hub, by its id or else its URL, and the team that a decision is about. */
interface AtHub {
  readonly hub: string;
  readonly team: string;
}

interface OfRange extends AtHub {
  readonly range: RecordRange;
}

/**
 * What was decided about records, by a rule or by a person. Append-only, durable before it takes effect, never
 * rebuilt from anything else.
 */
export type Decision =
  /** Records captured as `local` belong to this hub and team from now on. */
  | (OfRange & { readonly decision: 'claim' })
  /**
   * A person allowed these waiting records to go to this hub and team, whoever they were captured for; with `of`, only
   * those that were captured for nobody.
   */
  | (OfRange & { readonly decision: 'consent'; readonly of?: 'nobody' })
  /** A person let these records, which belonged to one hub and team, belong to another one from now on. */
  | (OfRange & { readonly decision: 'move'; readonly from: AtHub })
  /** Nobody could be asked at sign-in: these `local` records stay until a person consents. */
  | (OfRange & { readonly decision: 'withhold' })
  /** A dead letter was thrown away. */
  | (AtHub & { readonly decision: 'discard'; readonly record: number })
  /** A dead letter is pending again. */
  | (AtHub & { readonly decision: 'requeue'; readonly record: number })
  /** A person signed in again: what this hub refused to this team is due at once. */
  | (AtHub & { readonly decision: 'ask-again' })
  /** What can no longer be read: it decides nothing, and keeps its place among the others. */
  | { readonly decision: 'unreadable' };

/** Makes due at once whatever the hub itself refused, the account as a whole or single events. */
export const askAgain = (ledger: HubLedger): HubLedger => {
  const { refusal, ...accepted } = ledger;
  const isRefused = ({ state }: LedgerException): boolean => state === 'refused';
  if (refusal === undefined && !ledger.exceptions.some(isRefused)) return ledger;
  return {
    ...accepted,
    exceptions: ledger.exceptions.map((exception) =>
      isRefused(exception) ? { ...exception, dueAtMs: 0 } : exception,
    ),
  };
};
