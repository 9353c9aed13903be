import type { Kysely } from 'kysely';
import type { HubTables } from './schema.js';

/** The hub's tables as its stores use them. The two may be the same; what `writes` has committed, `reads` sees. */
export interface HubDatabase {
  /** For statements that only look: they wait for no writer. */
  readonly reads: Kysely<HubTables>;
  /** For everything that writes, and for transactions. */
  readonly writes: Kysely<HubTables>;
  /** Closes both; safe to repeat. */
  close(): Promise<void>;
}
