import { sql } from 'kysely';
import type { ThrottleRule } from '../../ports/hub.js';
import type { Executor } from './prepared-query.js';

/**
 * A token bucket as one number: the time at which it is full again. To take a token is to move that time on by one
 * interval, and it may lie at most `burst` intervals ahead. One statement reads, decides and writes, so that every hub
 * on the database shares the bucket.
 */
export const takeTurn = async (
  db: Executor,
  name: string,
  { burst, everyMs }: ThrottleRule,
  nowMs: number,
): Promise<boolean> => {
  const next = sql<number>`case when throttles.full_at_ms > ${nowMs} then throttles.full_at_ms else ${nowMs} end + ${everyMs}`;
  const taken = await db
    .insertInto('throttles')
    .values({ name, full_at_ms: nowMs + everyMs })
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet({ full_at_ms: next })
        .where(next, '<=', nowMs + burst * everyMs),
    )
    .returning('name')
    .executeTakeFirst();
  return taken !== undefined;
};

/** Puts a token back that was taken for something harmless. */
export const giveTurnBack = async (db: Executor, name: string, { everyMs }: ThrottleRule): Promise<void> => {
  await db
    .updateTable('throttles')
    .set({ full_at_ms: sql<number>`full_at_ms - ${everyMs}` })
    .where('name', '=', name)
    .execute();
};
