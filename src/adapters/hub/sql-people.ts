import type { UserSummary } from '../../ports/hub.js';
import { inTransaction, type Executor } from './hub-database.js';
import type { AccountNeeds, SqlSessions } from './sql-sessions.js';

/** Teams, users and who is in what, as rows. */
export class SqlPeople {
  readonly #needs: AccountNeeds;
  readonly #db: Executor;
  readonly #sessions: SqlSessions;

  constructor(needs: AccountNeeds, sessions: SqlSessions) {
    this.#needs = needs;
    this.#db = needs.database.writes;
    this.#sessions = sessions;
  }

  async addTeam(slug: string): Promise<'added' | 'exists'> {
    const added = await this.#db
      .insertInto('teams')
      .values({ slug, added_at_ms: this.#needs.clock.nowMs() })
      .onConflict((conflict) => conflict.column('slug').doNothing())
      .returning('slug')
      .execute();
    return added.length > 0 ? 'added' : 'exists';
  }

  async teams(): Promise<readonly string[]> {
    const rows = await this.#db.selectFrom('teams').select('slug').orderBy('slug').execute();
    return rows.map((row) => row.slug);
  }

  removeTeam(slug: string): Promise<'removed' | 'absent' | 'has-events'> {
    return inTransaction(this.#db, async (db) => {
      const events = db.selectFrom('events').select('sequence').where('team', '=', slug).limit(1);
      if ((await events.execute()).length > 0) return 'has-events';
      await db.deleteFrom('memberships').where('team', '=', slug).execute();
      await db.deleteFrom('webhooks').where('team', '=', slug).execute();
      await this.#sessions.end(db, (query) => query.where('team', '=', slug));
      const removed = await db.deleteFrom('teams').where('slug', '=', slug).returning('slug').execute();
      return removed.length > 0 ? 'removed' : 'absent';
    });
  }

  async addUser(user: { readonly name: string; readonly password: string }): Promise<'added' | 'exists'> {
    const { clock, secrets } = this.#needs;
    const password_hash = await secrets.hashPassword(user.password);
    const added = await this.#db
      .insertInto('users')
      .values({ name: user.name, password_hash, added_at_ms: clock.nowMs() })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .returning('name')
      .execute();
    return added.length > 0 ? 'added' : 'exists';
  }

  async users(): Promise<readonly UserSummary[]> {
    const rows = await this.#db.selectFrom('users').select(['name', 'added_at_ms']).orderBy('name').execute();
    const members = await this.#db
      .selectFrom('memberships')
      .select(['user_name', 'team'])
      .orderBy('user_name')
      .orderBy('position')
      .execute();
    return rows.map(({ name, added_at_ms }) => ({
      name,
      teams: members.filter((member) => member.user_name === name).map((member) => member.team),
      addedAtMs: added_at_ms,
    }));
  }

  removeUser(name: string): Promise<'removed' | 'absent'> {
    return inTransaction(this.#db, async (db) => {
      await this.#sessions.end(db, (query) => query.where('user_name', '=', name));
      await db.deleteFrom('memberships').where('user_name', '=', name).execute();
      const removed = await db.deleteFrom('users').where('name', '=', name).returning('name').execute();
      return removed.length > 0 ? 'removed' : 'absent';
    });
  }

  async setPassword(name: string, password: string): Promise<'changed' | 'absent'> {
    const password_hash = await this.#needs.secrets.hashPassword(password);
    return inTransaction(this.#db, async (db) => {
      const devices = { user_name: name, kind: 'device' };
      await this.#sessions.end(db, (query) => query.where((row) => row.and(devices)));
      const changing = db.updateTable('users').set({ password_hash }).where('name', '=', name);
      return (await changing.returning('name').execute()).length > 0 ? 'changed' : 'absent';
    });
  }

  addMember(team: string, user: string): Promise<'added' | 'exists' | 'unknown-team' | 'unknown-user'> {
    return inTransaction(this.#db, async (db) => {
      const teams = await db.selectFrom('teams').select('slug').where('slug', '=', team).execute();
      if (teams.length === 0) return 'unknown-team';
      const users = await db.selectFrom('users').select('name').where('name', '=', user).execute();
      if (users.length === 0) return 'unknown-user';
      const last = await db
        .selectFrom('memberships')
        .select((row) => row.fn.max('position').as('position'))
        .where('user_name', '=', user)
        .executeTakeFirst();
      const added = await db
        .insertInto('memberships')
        .values({ team, user_name: user, position: (last?.position ?? 0) + 1 })
        .onConflict((conflict) => conflict.columns(['team', 'user_name']).doNothing())
        .returning('team')
        .execute();
      return added.length > 0 ? 'added' : 'exists';
    });
  }

  removeMember(team: string, user: string): Promise<'removed' | 'absent'> {
    return inTransaction(this.#db, async (db) => {
      await this.#sessions.announce(db);
      const membership = { team, user_name: user };
      const removing = db.deleteFrom('memberships').where((row) => row.and(membership));
      return (await removing.returning('team').execute()).length > 0 ? 'removed' : 'absent';
    });
  }

  async teamsOf(user: string): Promise<readonly string[]> {
    const rows = await this.#db
      .selectFrom('memberships')
      .select('team')
      .where('user_name', '=', user)
      .orderBy('position')
      .execute();
    return rows.map((row) => row.team);
  }
}
