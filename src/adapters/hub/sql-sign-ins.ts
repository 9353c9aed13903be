import { sql } from 'kysely';
import { SESSION_POLICY } from '../../domain/hub/session-policy.js';
import { err, ok } from '../../domain/result.js';
import type { AccountStore } from '../../ports/hub.js';
import { inTransaction, greater, rowsOf } from './hub-database.js';
import { teamsOf } from './sql-people.js';
import { sessionRows, type AccountNeeds } from './sql-sessions.js';

/** The ways into a session: passwords, devices that a person lets in, the first user's code; and how often one may try. */
export const sqlSignIns = (needs: AccountNeeds) => {
  const { writes, secrets, clock, nobodysHash } = needs;

  const prove: AccountStore['prove'] = async ({ username, password, team: wanted }) => {
    const user = await writes
      .selectFrom('users')
      .select(['name', 'password_hash'])
      .where('name', 'in', [username, username.normalize('NFC')])
      .executeTakeFirst();
    const matches = await secrets.verifyPassword(password, user?.password_hash ?? nobodysHash);
    if (user === undefined || !matches) return err('wrong-credentials');
    const teams = await teamsOf(writes, user.name);
    const team = wanted ?? teams[0];
    return team === undefined || !teams.includes(team) ? err('no-team') : ok({ user: user.name, team });
  };

  const sessions = sessionRows(needs);
  const settings = rowsOf(writes, 'hub_settings');
  const hasUsers = async (): Promise<boolean> => (await rowsOf(writes, 'users').find({})) !== undefined;

  return {
    prove,

    signIn: async (request) => {
      const proven = await prove(request);
      if (!proven.ok) return proven;
      const owner = { ...proven.value, device: request.device };
      return ok(await inTransaction(writes, (db) => sessions.open(db, owner)));
    },

    issueProgramToken: async (user, team, lifetimeSeconds, name) => {
      if (!(await teamsOf(writes, user)).includes(team)) return err('no-team');
      const owner = { user, team, device: name };
      return ok(await inTransaction(writes, (db) => sessions.open(db, owner, lifetimeSeconds)));
    },

    askForDevice: async (device) => {
      const { deviceSeconds: lifetimeSeconds, deviceIntervalSeconds: intervalSeconds } = SESSION_POLICY;
      const [deviceCode, userCode] = [secrets.token(), secrets.shortCode()];
      const waiting = {
        ...{ digest: secrets.digest(deviceCode), user_code: userCode, device: device ?? null },
        expires_at_ms: clock.nowMs() + lifetimeSeconds * 1000,
        ...{ asked_at_ms: null, user_name: null, team: null },
      };
      await writes.insertInto('device_codes').values(waiting).execute();
      return { deviceCode, userCode, lifetimeSeconds, intervalSeconds };
    },

    agreeToDevice: async (userCode, { user, team }) => {
      const user_code = userCode.toUpperCase().replaceAll(/[^A-Z]/g, '');
      const agreeing = writes
        .updateTable('device_codes')
        .set({ user_name: user, team })
        .where((row) => row.and({ user_code, user_name: null }))
        .where('expires_at_ms', '>', clock.nowMs());
      return (await agreeing.executeTakeFirst()).numUpdatedRows > 0;
    },

    redeemDevice: (deviceCode) => {
      const digest = secrets.digest(deviceCode);
      const nowMs = clock.nowMs();
      return inTransaction(writes, async (db) => {
        const code = await rowsOf(db, 'device_codes').find({ digest });
        if (code === undefined || code.expires_at_ms <= nowMs) return err('expired');
        const { user_name: user, team, device, asked_at_ms: askedAtMs } = code;
        if (user === null || team === null) {
          await rowsOf(db, 'device_codes').change({ digest }, { asked_at_ms: nowMs });
          const isEarly =
            askedAtMs !== null && nowMs - askedAtMs < SESSION_POLICY.deviceIntervalSeconds * 1000;
          return err(isEarly ? 'slow-down' : 'pending');
        }
        if (!(await rowsOf(db, 'device_codes').remove({ digest }))) return err('expired');
        return ok(await sessions.open(db, { user, team, device: device ?? undefined }));
      });
    },

    mintSetupCode: async () => {
      if (await hasUsers()) return undefined;
      const code = secrets.token();
      await settings.put({ name: SETUP, value: secrets.digest(code) });
      return code;
    },

    spendSetupCode: async (code) => {
      const isPresent = await settings.remove({ name: SETUP, value: secrets.digest(code) });
      return isPresent && !(await hasUsers());
    },

    /**
     * A token bucket as one number: the time at which it is full again. To take a token is to move that time on by one
     * interval, and it may lie at most `burst` intervals ahead. One statement reads, decides and writes, so that every hub
     * on the database shares the bucket.
     */
    takeTurn: async (name, { burst, everyMs }) => {
      const nowMs = clock.nowMs();
      const next = sql<number>`${greater(sql.ref('throttles.full_at_ms'), sql.val(nowMs))} + ${everyMs}`;
      const taking = writes
        .insertInto('throttles')
        .values({ name, full_at_ms: nowMs + everyMs })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet({ full_at_ms: next })
            .where(next, '<=', nowMs + burst * everyMs),
        );
      return (await taking.executeTakeFirst()).numInsertedOrUpdatedRows !== 0n;
    },

    giveTurnBack: async (name, { everyMs }) => {
      const giving = writes
        .updateTable('throttles')
        .set((row) => ({ full_at_ms: row('full_at_ms', '-', everyMs) }));
      await giving.where('name', '=', name).execute();
    },
  } satisfies Partial<AccountStore>;
};

const SETUP = 'setup-code';
