import type { Account } from '../../domain/outbox/account.js';
import { LOCAL_TEAM } from '../../domain/events/envelope.js';
import type { Credentials } from '../../ports/delivery.js';

/** The account that stored credentials stand for. A hub of the base contract need not name a team. */
export const accountOf = (credentials: Credentials): Account => ({
  hub: credentials.server,
  team: credentials.teamSlug ?? LOCAL_TEAM,
  username: credentials.username,
});
