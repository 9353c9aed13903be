import type { AccountStore } from '../../ports/hub.js';
import { inTransaction, type Executor, rowsOf } from './hub-database.js';
import { sessionRows, type AccountNeeds } from './sql-sessions.js';

/** Teams, users and who is in what, as rows. */
export const sqlPeople = (needs: AccountNeeds) => {
  const { writes, secrets, clock } = needs;
  const sessions = sessionRows(needs);
  return {
    addTeam: async (slug) =>
      (await rowsOf(writes, 'teams').add({ slug, added_at_ms: clock.nowMs() })) ? 'added' : 'exists',

    teams: async () => {
      const rows = await writes.selectFrom('teams').select('slug').orderBy('slug').execute();
      return rows.map((row) => row.slug);
    },

    removeTeam: (slug) =>
      inTransaction(writes, async (db) => {
        if ((await rowsOf(db, 'events').find({ team: slug })) !== undefined) return 'has-events';
        await rowsOf(db, 'memberships').remove({ team: slug });
        await rowsOf(db, 'webhooks').remove({ team: slug });
        await sessions.end(db, { team: slug });
        return (await rowsOf(db, 'teams').remove({ slug })) ? 'removed' : 'absent';
      }),

    addUser: async ({ name, password }) => {
      const password_hash = await secrets.hashPassword(password);
      const user = { name, password_hash, added_at_ms: clock.nowMs() };
      return (await rowsOf(writes, 'users').add(user)) ? 'added' : 'exists';
    },

    users: async () => {
      const all = writes.selectFrom('users').select(['name', 'added_at_ms as addedAtMs']).orderBy('name');
      const members = writes.selectFrom('memberships').select(['user_name', 'team']).orderBy('position');
      const [users, memberships] = [await all.execute(), await members.execute()];
      return users.map(({ name, addedAtMs }) => {
        const own = memberships.filter((membership) => membership.user_name === name);
        return { name, teams: own.map(({ team }) => team), addedAtMs };
      });
    },

    removeUser: (name) =>
      inTransaction(writes, async (db) => {
        await sessions.end(db, { user_name: name });
        await rowsOf(db, 'memberships').remove({ user_name: name });
        return (await rowsOf(db, 'users').remove({ name })) ? 'removed' : 'absent';
      }),

    setPassword: async (name, password) => {
      const password_hash = await secrets.hashPassword(password);
      return inTransaction(writes, async (db) => {
        await sessions.end(db, { user_name: name, kind: 'device' });
        return (await rowsOf(db, 'users').change({ name }, { password_hash })) ? 'changed' : 'absent';
      });
    },

    addMember: (team, user) =>
      inTransaction(writes, async (db) => {
        if ((await rowsOf(db, 'teams').find({ slug: team })) === undefined) return 'unknown-team';
        if ((await rowsOf(db, 'users').find({ name: user })) === undefined) return 'unknown-user';
        const last = await db
          .selectFrom('memberships')
          .select((row) => row.fn.max('position').as('position'))
          .where('user_name', '=', user)
          .executeTakeFirst();
        const membership = { team, user_name: user, position: (last?.position ?? 0) + 1 };
        return (await rowsOf(db, 'memberships').add(membership)) ? 'added' : 'exists';
      }),

    removeMember: (team, user) =>
      inTransaction(writes, async (db) => {
        await sessions.announce(db);
        return (await rowsOf(db, 'memberships').remove({ team, user_name: user })) ? 'removed' : 'absent';
      }),

    teamsOf: (user) => teamsOf(writes, user),
  } satisfies Partial<AccountStore>;
};

export const teamsOf = async (db: Executor, user: string): Promise<readonly string[]> => {
  const memberships = db.selectFrom('memberships').select('team').where('user_name', '=', user);
  return (await memberships.orderBy('position').execute()).map(({ team }) => team);
};
