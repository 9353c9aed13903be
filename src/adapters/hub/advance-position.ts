import { PreparedQuery, type Executor } from './prepared-query.js';

/**
 * Reserves `count` sequence numbers and returns the first of them. The row stays locked until the transaction ends,
 * so that the numbers of a team grow in the order of its commits, whatever the database and however many hubs.
 */
export const advancePosition = async (
  db: Executor,
  team: string,
  count: number,
  lamport: number,
): Promise<number> => {
  const [row] = await ADVANCE_POSITION.run(db, [team, count, lamport]);
  return Number(row?.sequence) - count + 1;
};

const ADVANCE_POSITION = new PreparedQuery((db) =>
  db
    .insertInto('team_positions')
    .values({ team: '', sequence: 0, lamport: 0 })
    .onConflict((conflict) =>
      conflict.column('team').doUpdateSet((row) => ({
        sequence: row('team_positions.sequence', '+', row.ref('excluded.sequence')),
        lamport: row
          .case()
          .when('excluded.lamport', '>', row.ref('team_positions.lamport'))
          .then(row.ref('excluded.lamport'))
          .else(row.ref('team_positions.lamport'))
          .end(),
      })),
    )
    .returning('sequence')
    .compile(),
);
