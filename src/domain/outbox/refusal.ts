import type { HubLedger, LedgerException } from './ledger.js';

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
