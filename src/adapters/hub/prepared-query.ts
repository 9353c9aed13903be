import type { CompiledQuery, Kysely, QueryResult } from 'kysely';
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

  /** The rows that the query selects or returns. */
  async run(db: Executor, parameters: readonly unknown[]): Promise<readonly Row[]> {
    return (await this.#execute(db, parameters)).rows;
  }

  /** How many rows the query changed. */
  async change(db: Executor, parameters: readonly unknown[]): Promise<number> {
    return Number((await this.#execute(db, parameters)).numAffectedRows ?? 0);
  }

  #execute(db: Executor, parameters: readonly unknown[]): Promise<QueryResult<Row>> {
    this.#compiled ??= this.#build(db);
    return db.executeQuery<Row>({ ...this.#compiled, parameters });
  }
}
