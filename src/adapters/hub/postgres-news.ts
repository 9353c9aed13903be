import { setTimeout } from 'node:timers/promises';
import { sql, type Kysely } from 'kysely';
import type pg from 'pg';
import { parseJson } from '../../domain/document.js';
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

/** `close` tells what is left, and hears no more. */
interface PostgresNews extends NewsExchange {
  readonly close: () => Promise<void>;
}

/**
 * News between hubs by NOTIFY and LISTEN. A notice is a hint, sent outside of the transaction that stored: all
 * transactions with a notice commit one behind the other. What a notice lost, because its sender died or this
 * session was broken, is found by a look at the counters of the teams, after each connect and every few seconds.
 */
export const postgresNews = ({ db, connect, log, randomness }: NewsOptions): PostgresNews => {
  const untold = new Map<string, number>();
  const ending = new AbortController();
  const { signal } = ending;
  let telling: Promise<void> | undefined;
  let hearing: Promise<void> | undefined;

  const pause = (ms: number): Promise<void> => setTimeout(ms, undefined, { signal }).catch(() => undefined);

  const tellAll = async (): Promise<void> => {
    while (untold.size > 0) {
      const notices = [...untold].map((notice) => JSON.stringify(notice));
      untold.clear();
      try {
        await sql`select pg_notify(${CHANNEL}, notice) from unnest(${notices}::text[]) as notice`.execute(db);
      } catch (error) {
        log.debug(`other hubs hear later: ${messageOf(error)}`);
      }
    }
  };

  /** Hears on one connection until that breaks, or until the end; `onHeard` is called after each look at the counters. */
  const listen = async (
    teams: () => readonly string[],
    listener: NewsListener,
    onHeard: () => void,
  ): Promise<void> => {
    const client = connect();
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
      while (!signal.aborted) {
        const looking = client.query<{ team: string; sequence: number }>(SELECT_COUNTERS, [teams()]);
        const { rows } = await Promise.race([looking, broken]);
        onHeard();
        for (const { team, sequence } of rows) listener(team, sequence);
        await Promise.race([pause(LOOK_MS), broken]);
      }
    } finally {
      await client.end().catch(() => undefined);
    }
  };

  const hearAll = async (teams: () => readonly string[], listener: NewsListener): Promise<void> => {
    for (let failures = 0; !signal.aborted;) {
      try {
        await listen(teams, listener, () => (failures = 0));
      } catch (error) {
        if (signal.aborted) return;
        if (failures === 0) log.warn(`news of other hubs wait: ${messageOf(error)}`);
        const longestMs = Math.min(FIRST_RETRY_MS * 2 ** failures++, LOOK_MS);
        await pause(longestMs * (0.5 + randomness.next() / 2));
      }
    }
  };

  return {
    tell: (team, upTo) => {
      untold.set(team, Math.max(upTo, untold.get(team) ?? 0));
      telling ??= tellAll().finally(() => (telling = undefined));
    },
    hear: (teams, listener) => void (hearing ??= hearAll(teams, listener)),
    close: async () => {
      ending.abort();
      await hearing;
      await telling;
    },
  };
};

type NewsListener = (team: string, upTo: number) => void;

/** Hubs whose tables lie in another schema of one database use it as well; their teams are then not known here. */
const CHANNEL = 'spec_kitty_news';

const SELECT_COUNTERS = 'select team, sequence from team_positions where team = any($1)';

const LOOK_MS = 5000;
const FIRST_RETRY_MS = 250;

/** Anybody who may connect to the database may send notices. */
const readNotice = (payload: string): [team: string, upTo: number] | undefined => {
  const notice = parseJson(payload);
  const [team, upTo] = Array.isArray(notice) ? (notice as unknown[]) : [];
  return typeof team === 'string' && Number.isSafeInteger(upTo) ? [team, upTo as number] : undefined;
};
