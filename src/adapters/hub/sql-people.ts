import type { AccountStore } from '../../ports/hub.js';
import { changesAny, inTransaction, type Executor } from './hub-database.js';
import { announce, endSessions, type AccountNeeds } from './sql-sessions.js';

/** Teams, users and who is in what, as rows. */
export const sqlPeople = (needs: AccountNeeds) => {
  const { writes, secrets, clock } = needs;
  return {
    addTeam: async (slug) => {
      const adding = writes
        .insertInto('teams')
        .values({ slug, added_at_ms: clock.nowMs() })
        .onConflict((conflict) => conflict.column('slug').doNothing());
      return (await changesAny(adding.returning('slug'))) ? 'added' : 'exists';
    },

    teams: async () => {
      const rows = await writes.selectFrom('teams').select('slug').orderBy('slug').execute();
      return rows.map((row) => row.slug);
    },

    removeTeam: (slug) =>
      inTransaction(writes, async (db) => {
        const events = db.selectFrom('events').select('sequence').where('team', '=', slug).limit(1);
        if ((await events.execute()).length > 0) return 'has-events';
        await db.deleteFrom('memberships').where('team', '=', slug).execute();
        await db.deleteFrom('webhooks').where('team', '=', slug).execute();
        await endSessions(needs, db, { team: slug });
        const removing = db.deleteFrom('teams').where('slug', '=', slug);
        return (await changesAny(removing.returning('slug'))) ? 'removed' : 'absent';
      }),

    addUser: async ({ name, password }) => {
      const password_hash = await secrets.hashPassword(password);
      const adding = writes
        .insertInto('users')
        .values({ name, password_hash, added_at_ms: clock.nowMs() })
        .onConflict((conflict) => conflict.column('name').doNothing());
      return (await changesAny(adding.returning('name'))) ? 'added' : 'exists';
    },

    users: () => allUsers(writes),

    removeUser: (name) =>
      inTransaction(writes, async (db) => {
        await endSessions(needs, db, { user_name: name });
        await db.deleteFrom('memberships').where('user_name', '=', name).execute();
        const removing = db.deleteFrom('users').where('name', '=', name);
        return (await changesAny(removing.returning('name'))) ? 'removed' : 'absent';
      }),

    setPassword: async (name, password) => {
      const password_hash = await secrets.hashPassword(password);
      return inTransaction(writes, async (db) => {
        await endSessions(needs, db, { user_name: name, kind: 'device' });
        const changing = db.updateTable('users').set({ password_hash }).where('name', '=', name);
        return (await changesAny(changing.returning('name'))) ? 'changed' : 'absent';
      });
    },

    addMember: (team, user) =>
      inTransaction(writes, async (db) => {
        const teams = await db.selectFrom('teams').select('slug').where('slug', '=', team).execute();
        if (teams.length === 0) return 'unknown-team';
        const users = await db.selectFrom('users').select('name').where('name', '=', user).execute();
        if (users.length === 0) return 'unknown-user';
        const last = await db
          .selectFrom('memberships')
          .select((row) => row.fn.max('position').as('position'))
          .where('user_name', '=', user)
          .executeTakeFirst();
        const adding = db
          .insertInto('memberships')
          .values({ team, user_name: user, position: (last?.position ?? 0) + 1 })
          .onConflict((conflict) => conflict.columns(['team', 'user_name']).doNothing());
        return (await changesAny(adding.returning('team'))) ? 'added' : 'exists';
      }),

    removeMember: (team, user) =>
      inTransaction(writes, async (db) => {
        await announce(needs, db);
        const removing = db.deleteFrom('memberships').where((row) => row.and({ team, user_name: user }));
        return (await changesAny(removing.returning('team'))) ? 'removed' : 'absent';
      }),

    teamsOf: (user) => teamsOf(writes, user),
  } satisfies Partial<AccountStore>;
};

export const allUsers: (db: Executor) => ReturnType<AccountStore['users']> = async (db) => {
  const users = db.selectFrom('users').select(['name', 'added_at_ms as addedAtMs']).orderBy('name');
  const members = await db
    .selectFrom('memberships')
    .select(['user_name', 'team'])
    .orderBy('position')
    .execute();
  return (await users.execute()).map(({ name, addedAtMs }) => ({
    name,
    teams: members.filter((member) => member.user_name === name).map((member) => member.team),
    addedAtMs,
  }));
};

export const teamsOf = async (db: Executor, user: string): Promise<readonly string[]> => {
  const memberships = db.selectFrom('memberships').select('team').where('user_name', '=', user);
  return (await memberships.orderBy('position').execute()).map(({ team }) => team);
};
