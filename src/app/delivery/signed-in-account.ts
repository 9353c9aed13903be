import type { Account } from '../../domain/outbox/account.js';
import type { GetAccountStatus } from './account-status.js';

/** Who is signed in, from what is stored and given alone. */
export const signedInAccount = async (
  status: Pick<GetAccountStatus, 'run'>,
): Promise<Account | undefined> => {
  const reading = await status.run();
  return reading.state === 'signed-in' ? reading.account : undefined;
};
