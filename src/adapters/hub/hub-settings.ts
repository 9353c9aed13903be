import type { Executor } from './hub-database.js';

/** Reads a setting of the hub; the first one to ask writes what `mint` gives, and everybody gets that value for good. */
export const settle = async (db: Executor, name: string, mint: () => string): Promise<string> => {
  const known = await readSetting(db, name);
  if (known !== undefined) return known;
  await db
    .insertInto('hub_settings')
    .values({ name, value: mint() })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  return (await readSetting(db, name)) ?? settle(db, name, mint);
};

export const readSetting = async (db: Executor, name: string): Promise<string | undefined> =>
  (await db.selectFrom('hub_settings').select('value').where('name', '=', name).executeTakeFirst())?.value;

/** Writes a setting over what was there. */
export const writeSetting = async (db: Executor, name: string, value: string): Promise<void> => {
  await db
    .insertInto('hub_settings')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
};
