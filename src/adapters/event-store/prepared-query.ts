import type { CompiledQuery, Kysely } from 'kysely';
import type { HubTables } from './schema.js';

/** Database or transaction: both run queries. */
export type Executor = Kysely<HubTables>;

/**
 * A query whose SQL is built once and run with changing parameters. The parameters are given in the order in which
 * the query names its values; what the builder was given in their place is only a stand-in.
 */
export class PreparedQuery<Row> {
  readonly #build: (db: Executor) => CompiledQuery<Row>;
  #compiled: CompiledQuery<Row> | undefined;

  constructor(build: (db: Executor) => CompiledQuery<Row>) {
    this.#build = build;
  }

  async run(db: Executor, parameters: readonly unknown[]): Promise<readonly Row[]> {
    this.#compiled ??= this.#build(db);
    const { rows } = await db.executeQuery<Row>({ ...this.#compiled, parameters });
    return rows;
  }
}
