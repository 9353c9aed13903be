import type { Executor } from './prepared-query.js';

export const addTeam = async (db: Executor, slug: string, nowMs: number): Promise<'added' | 'exists'> => {
  const added = await db
    .insertInto('teams')
    .values({ slug, added_at_ms: nowMs })
    .onConflict((conflict) => conflict.column('slug').doNothing())
    .returning('slug')
    .execute();
  return added.length > 0 ? 'added' : 'exists';
};

export const teams = async (db: Executor): Promise<readonly string[]> => {
  const rows = await db.selectFrom('teams').select('slug').orderBy('slug').execute();
  return rows.map((row) => row.slug);
};

export const addUser = async (
  db: Executor,
  name: string,
  passwordHash: string,
  nowMs: number,
): Promise<'added' | 'exists'> => {
  const added = await db
    .insertInto('users')
    .values({ name, password_hash: passwordHash, added_at_ms: nowMs })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning('name')
    .execute();
  return added.length > 0 ? 'added' : 'exists';
};

export const addMember = (
  db: Executor,
  team: string,
  user: string,
): Promise<'added' | 'exists' | 'unknown-team' | 'unknown-user'> =>
  db.transaction().execute(async (transaction) => {
    const teamRow = await transaction
      .selectFrom('teams')
      .select('slug')
      .where('slug', '=', team)
      .executeTakeFirst();
    if (teamRow === undefined) return 'unknown-team';
    const userRow = await transaction
      .selectFrom('users')
      .select('name')
      .where('name', '=', user)
      .executeTakeFirst();
    if (userRow === undefined) return 'unknown-user';
    const last = await transaction
      .selectFrom('memberships')
      .select((row) => row.fn.max('position').as('position'))
      .where('user_name', '=', user)
      .executeTakeFirst();
    const added = await transaction
      .insertInto('memberships')
      .values({ team, user_name: user, position: Number(last?.position ?? 0) + 1 })
      .onConflict((conflict) => conflict.columns(['team', 'user_name']).doNothing())
      .returning('team')
      .execute();
    return added.length > 0 ? 'added' : 'exists';
  });

export const removeMember = async (
  db: Executor,
  team: string,
  user: string,
): Promise<'removed' | 'absent'> => {
  const removed = await db
    .deleteFrom('memberships')
    .where('team', '=', team)
    .where('user_name', '=', user)
    .returning('team')
    .execute();
  return removed.length > 0 ? 'removed' : 'absent';
};

export const teamsOf = async (db: Executor, user: string): Promise<readonly string[]> => {
  const rows = await db
    .selectFrom('memberships')
    .select('team')
    .where('user_name', '=', user)
    .orderBy('position')
    .execute();
  return rows.map((row) => row.team);
};
