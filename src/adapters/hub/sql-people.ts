import type { UserSummary } from '../../ports/hub.js';
import type { Executor } from './prepared-query.js';

/** Teams, users and who is in what, as rows. */
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

/** Inside a transaction that also ends the team's sessions. */
export const removeTeam = async (
  db: Executor,
  slug: string,
): Promise<'removed' | 'absent' | 'has-events'> => {
  const event = await db.selectFrom('events').select('sequence').where('team', '=', slug).limit(1).execute();
  if (event.length > 0) return 'has-events';
  await db.deleteFrom('memberships').where('team', '=', slug).execute();
  await db.deleteFrom('webhooks').where('team', '=', slug).execute();
  const removed = await db.deleteFrom('teams').where('slug', '=', slug).returning('slug').execute();
  return removed.length > 0 ? 'removed' : 'absent';
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

export const users = async (db: Executor): Promise<readonly UserSummary[]> => {
  const rows = await db.selectFrom('users').select(['name', 'added_at_ms']).orderBy('name').execute();
  const members = await db
    .selectFrom('memberships')
    .select(['user_name', 'team'])
    .orderBy('user_name')
    .orderBy('position')
    .execute();
  return rows.map((row) => ({
    name: row.name,
    teams: members.filter((member) => member.user_name === row.name).map((member) => member.team),
    addedAtMs: Number(row.added_at_ms),
  }));
};

/** Inside a transaction that also ends the user's sessions. */
export const removeUser = async (db: Executor, name: string): Promise<'removed' | 'absent'> => {
  await db.deleteFrom('memberships').where('user_name', '=', name).execute();
  const removed = await db.deleteFrom('users').where('name', '=', name).returning('name').execute();
  return removed.length > 0 ? 'removed' : 'absent';
};

/** Inside a transaction that also ends the user's sessions. */
export const setPassword = async (
  db: Executor,
  name: string,
  passwordHash: string,
): Promise<'changed' | 'absent'> => {
  const changed = await db
    .updateTable('users')
    .set({ password_hash: passwordHash })
    .where('name', '=', name)
    .returning('name')
    .execute();
  return changed.length > 0 ? 'changed' : 'absent';
};

/** Inside a transaction. */
export const addMember = async (
  db: Executor,
  team: string,
  user: string,
): Promise<'added' | 'exists' | 'unknown-team' | 'unknown-user'> => {
  const teamRow = await db.selectFrom('teams').select('slug').where('slug', '=', team).executeTakeFirst();
  if (teamRow === undefined) return 'unknown-team';
  const userRow = await db.selectFrom('users').select('name').where('name', '=', user).executeTakeFirst();
  if (userRow === undefined) return 'unknown-user';
  const last = await db
    .selectFrom('memberships')
    .select((row) => row.fn.max('position').as('position'))
    .where('user_name', '=', user)
    .executeTakeFirst();
  const added = await db
    .insertInto('memberships')
    .values({ team, user_name: user, position: Number(last?.position ?? 0) + 1 })
    .onConflict((conflict) => conflict.columns(['team', 'user_name']).doNothing())
    .returning('team')
    .execute();
  return added.length > 0 ? 'added' : 'exists';
};

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
