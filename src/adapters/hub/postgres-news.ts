import { setTimeout } from 'node:timers/promises';
import { sql, type Kysely } from 'kysely';
import type pg from 'pg';
import { messageOf } from '../../domain/errors.js';
import type { Log, Randomness } from '../../ports/host.js';
import type { NewsExchange } from './hub-database.js';
import type { HubTables } from './schema.js';

interface NewsOptions {
  readonly db: Kysely<HubTables>;
  /** A connection of its own, outside of every pool: LISTEN belongs to a session. */
  readonly connect: () => pg.Client;
  readonly log: Log;
  readonly randomness: Randomness;
}

/**
 * News between hubs by NOTIFY and LISTEN. A notice is a hint, sent outside of the transaction that stored: all
 * transactions with a notice commit one behind the other. What a notice lost, because its sender died or this
 * session was broken, is found by a look at the counters of the teams, after each connect and every few seconds.
 */
export class PostgresNews implements NewsExchange {
  readonly #options: NewsOptions;
  readonly #untold = new Map<string, number>();
  readonly #ending = new AbortController();
  #telling: Promise<void> | undefined;
  #hearing: Promise<void> | undefined;

  constructor(options: NewsOptions) {
    this.#options = options;
  }

  tell(team: string, upTo: number): void {
    this.#untold.set(team, Math.max(upTo, this.#untold.get(team) ?? 0));
    this.#telling ??= this.#tell().finally(() => (this.#telling = undefined));
  }

  hear(teams: () => readonly string[], listener: NewsListener): void {
    this.#hearing ??= this.#hear(teams, listener);
  }

  /** Tells what is left, and hears no more. */
  async close(): Promise<void> {
    this.#ending.abort();
    await this.#hearing;
    await this.#telling;
  }

  async #tell(): Promise<void> {
    while (this.#untold.size > 0) {
      const notices = [...this.#untold].map((notice) => JSON.stringify(notice));
      this.#untold.clear();
      try {
        await sql`select pg_notify(${CHANNEL}, notice) from unnest(${notices}::text[]) as notice`.execute(
          this.#options.db,
        );
      } catch (error) {
        this.#options.log.debug(`other hubs hear later: ${messageOf(error)}`);
      }
    }
  }

  async #hear(teams: () => readonly string[], listener: NewsListener): Promise<void> {
    const { log, randomness } = this.#options;
    let failures = 0;
    while (!this.#ended) {
      try {
        await this.#session(teams, listener, () => (failures = 0));
      } catch (error) {
        if (this.#ended) return;
        if (failures === 0) log.warn(`news of other hubs wait: ${messageOf(error)}`);
        const longestMs = Math.min(FIRST_RETRY_MS * 2 ** failures++, LOOK_MS);
        await this.#pause(longestMs * (0.5 + randomness.next() / 2));
      }
    }
  }

  /** Ends by an error, or with this exchange. */
  async #session(teams: () => readonly string[], listener: NewsListener, onHeard: () => void): Promise<void> {
    const client = this.#options.connect();
    const broken = new Promise<never>((_, reject) => {
      client.on('error', reject);
      client.on('end', () => reject(new Error('The connection to the database ended.')));
    });
    broken.catch(() => undefined);
    client.on('notification', ({ payload = '' }) => {
      const notice = readNotice(payload);
      if (notice !== undefined) listener(...notice);
    });
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
      while (!this.#ended) {
        const { rows } = await Promise.race([
          client.query<{ team: string; sequence: number }>(SELECT_COUNTERS, [teams()]),
          broken,
        ]);
        onHeard();
        for (const { team, sequence } of rows) listener(team, sequence);
        await Promise.race([this.#pause(LOOK_MS), broken]);
      }
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  get #ended(): boolean {
    return this.#ending.signal.aborted;
  }

  async #pause(ms: number): Promise<void> {
    await setTimeout(ms, undefined, { signal: this.#ending.signal }).catch(() => undefined);
  }
}

type NewsListener = (team: string, upTo: number) => void;

/** Hubs whose tables lie in another schema of one database use it as well; their teams are then not known here. */
const CHANNEL = 'spec_kitty_news';

const SELECT_COUNTERS = 'select team, sequence from team_positions where team = any($1)';

const LOOK_MS = 5000;
const FIRST_RETRY_MS = 250;

/** Anybody who may connect to the database may send notices. */
const readNotice = (payload: string): [team: string, upTo: number] | undefined => {
  try {
    const [team, upTo] = JSON.parse(payload) as unknown[];
    return typeof team === 'string' && Number.isSafeInteger(upTo) ? [team, upTo as number] : undefined;
  } catch {
    return undefined;
  }
};
