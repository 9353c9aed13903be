import type { Accounting } from '../../../../domain/outbox/accounting.js';
import type { PassCounts, PassEnd } from '../../../delivery/pass-report.js';
import { snakeKeys } from '../../render/snake-keys.js';

/** Both sides of the accounting identity as documents have them; the reasons are words of people and hubs. */
export const accountingDocument = ({ deadLetters, ...accounting }: Accounting): object => ({
  ...accounting,
  dead_letters: deadLetters,
});

/** What one pass over all projects did, and why it was over, as documents have them. */
export const passDocument = (counts: PassCounts, ended: PassEnd): object => ({
  ...snakeKeys(counts),
  ended: snakeKeys(ended),
});
