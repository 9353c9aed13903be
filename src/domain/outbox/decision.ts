import type { HubLedger, LedgerException, RecordRange } from './ledger.js';

/**
 * What was decided about records, by a rule or by a person. Append-only, durable before it takes effect, never
 * rebuilt from anything else.
 */
export type Decision =
  /** Records captured as `local` belong to this hub and team from now on. */
  | { readonly decision: 'claim'; readonly range: RecordRange; readonly hub: string; readonly team: string }
  /**
   * A person allowed these waiting records to go to this hub and team, whoever they were captured for; with `of`, only
   * those that were captured for nobody.
   */
  | {
      readonly decision: 'consent';
      readonly range: RecordRange;
      readonly hub: string;
      readonly team: string;
      readonly of?: 'nobody';
    }
  /** A person let these records, which belonged to one hub and team, belong to another one from now on. */
  | {
      readonly decision: 'move';
      readonly range: RecordRange;
      readonly from: { readonly hub: string; readonly team: string };
      readonly hub: string;
      readonly team: string;
    }
  /** Nobody could be asked at sign-in: these `local` records stay until a person consents. */
  | {
      readonly decision: 'withhold';
      readonly range: RecordRange;
      readonly hub: string;
      readonly team: string;
    }
  /** A dead letter was thrown away. */
  | { readonly decision: 'discard'; readonly record: number; readonly hub: string; readonly team: string }
  /** A dead letter is pending again. */
  | { readonly decision: 'requeue'; readonly record: number; readonly hub: string; readonly team: string }
  /** A person signed in again: what this hub refused to this team is due at once. */
  | { readonly decision: 'ask-again'; readonly hub: string; readonly team: string }
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
