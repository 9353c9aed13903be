import type { CompiledQuery, DialectAdapter, Kysely, QueryResult } from 'kysely';
import type { HubTables } from './schema.js';

/** Database or transaction: both run queries. */
export type Executor = Kysely<HubTables>;

/**
 * A query whose SQL is built once for each database and run with changing parameters. The parameters are given in the
 * order in which the query names its values; what the builder was given in their place is only a stand-in.
 */
export class PreparedQuery<Row> {
  readonly #build: (db: Executor) => CompiledQuery<Row>;
  readonly #compiled = new WeakMap<DialectAdapter, CompiledQuery<Row>>();

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
    const { adapter } = db.getExecutor();
    let compiled = this.#compiled.get(adapter);
    if (compiled === undefined) {
      compiled = this.#build(db);
      this.#compiled.set(adapter, compiled);
    }
    return db.executeQuery<Row>({ ...compiled, parameters });
  }
}
