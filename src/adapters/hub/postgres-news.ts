import { setTimeout } from 'node:timers/promises';
import { sql, type Kysely } from 'kysely';
import type pg from 'pg';
import { messageOf } from '../../domain/errors.js';
import type { Log } from '../../ports/host.js';
import type { NewsExchange } from './hub-database.js';
import type { HubTables } from './schema.js';

interface NewsOptions {
  readonly db: Kysely<HubTables>;
  /** A connection of its own, outside of every pool: LISTEN belongs to a session. */
  readonly connect: () => pg.Client;
  readonly log: Log;
}

/** `close` tells what is left, and hears no more. */
interface PostgresNews extends NewsExchange {
  readonly close: () => Promise<void>;
}

/**
 * News between hubs: a look at the counters of the teams, after each connect, every few seconds, and at once when another hub
 * sends a notice by NOTIFY. A notice says nothing but that there is something to see, so it matters little when one is lost,
 * or who sent it. It is sent outside of the transaction that stored: all transactions with a notice commit one behind the other.
 */
export const postgresNews = ({ db, connect, log }: NewsOptions): PostgresNews => {
  let isUntold = false;
  let isEnding = false;
  let telling: Promise<void> | undefined;
  let hearing: Promise<void> | undefined;
  /** Ends the rest before the next look. */
  let rest = new AbortController();

  const tellAll = async (): Promise<void> => {
    while (isUntold) {
      isUntold = false;
      await sql`select pg_notify(${CHANNEL}, '')`
        .execute(db)
        .catch((error: unknown) => log.debug(`other hubs hear later: ${messageOf(error)}`));
    }
    telling = undefined;
  };

  /** Looks on one connection until that breaks, then on another one, until the end. */
  const hearAll = async (listener: Parameters<NewsExchange['hear']>[0]): Promise<void> => {
    let client: pg.Client | undefined;
    for (let isBroken = false; !isEnding;) {
      rest = new AbortController();
      try {
        if (client === undefined) {
          client = connect();
          // When the connection breaks, the next look says so.
          for (const event of ['notification', 'error'] as const) client.on(event, () => rest.abort());
          await client.connect();
          await client.query(`listen ${CHANNEL}`);
        }
        const { rows } = await client.query<Counter>('select team, sequence from team_positions');
        isBroken = false;
        for (const { team, sequence } of rows) listener(team, sequence);
      } catch (error) {
        if (!isBroken && !isEnding) log.warn(`news of other hubs wait: ${messageOf(error)}`);
        isBroken = true;
        await client?.end().catch(() => undefined);
        client = undefined;
      }
      const restMs = isBroken ? RETRY_MS : LOOK_MS;
      await setTimeout(restMs, undefined, { signal: rest.signal }).catch(() => undefined);
    }
    await client?.end().catch(() => undefined);
  };

  return {
    tell: () => {
      isUntold = true;
      telling ??= tellAll();
    },
    hear: (listener) => void (hearing ??= hearAll(listener)),
    close: async () => {
      isEnding = true;
      rest.abort();
      await hearing;
      await telling;
    },
  };
};

/** Hubs whose tables lie in another schema of one database use it as well. */
const CHANNEL = 'spec_kitty_news';

type Counter = Pick<HubTables['team_positions'], 'team' | 'sequence'>;

const LOOK_MS = 5000;
const RETRY_MS = 1000;
