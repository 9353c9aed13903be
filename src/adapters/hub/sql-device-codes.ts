import type { DeviceFault, Holder } from '../../ports/hub.js';
import { err, ok } from '../../domain/result.js';
import type { Result } from '../../domain/result.js';
import type { Executor } from './prepared-query.js';

/** Devices that wait to be signed in, as rows (RFC 8628). Writes whom a code signs in; each is agreed to once. */
export const agreeToDevice = async (
  db: Executor,
  userCode: string,
  { user, team }: Holder,
  nowMs: number,
): Promise<boolean> => {
  const agreed = await db
    .updateTable('device_codes')
    .set({ user_name: user, team })
    .where('user_code', '=', userCode)
    .where('user_name', 'is', null)
    .where('expires_at_ms', '>', nowMs)
    .returning('user_code')
    .execute();
  return agreed.length > 0;
};

/** Takes a code that was agreed to away and says whom it signs in. Inside a transaction that opens the session. */
export const redeemDevice = async (
  db: Executor,
  digest: string,
  intervalMs: number,
  nowMs: number,
): Promise<Result<Holder & { readonly device: string | undefined }, DeviceFault>> => {
  const row = await db.selectFrom('device_codes').selectAll().where('digest', '=', digest).executeTakeFirst();
  if (row === undefined || Number(row.expires_at_ms) <= nowMs) return err('expired');
  if (row.user_name !== null && row.team !== null) {
    const taken = await db
      .deleteFrom('device_codes')
      .where('digest', '=', digest)
      .returning('digest')
      .execute();
    if (taken.length === 0) return err('expired');
    return ok({ user: row.user_name, team: row.team, device: row.device ?? undefined });
  }
  const isEarly = row.asked_at_ms !== null && nowMs - Number(row.asked_at_ms) < intervalMs;
  await db.updateTable('device_codes').set({ asked_at_ms: nowMs }).where('digest', '=', digest).execute();
  return err(isEarly ? 'slow-down' : 'pending');
};
