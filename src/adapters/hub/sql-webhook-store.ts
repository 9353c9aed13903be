import type { Kysely } from 'kysely';
import type { WallClock } from '../../ports/host.js';
import type { Secrets, Webhook, WebhookStore } from '../../ports/hub.js';
import type { HubTables } from './schema.js';
import { orStorageFailed } from './storage-failure.js';

/** Webhooks as rows, in the hub's own database. */
export class SqlWebhookStore implements WebhookStore {
  readonly #db: Kysely<HubTables>;
  readonly #secrets: Secrets;
  readonly #clock: WallClock;

  constructor(db: Kysely<HubTables>, deps: { readonly secrets: Secrets; readonly clock: WallClock }) {
    this.#db = db;
    this.#secrets = deps.secrets;
    this.#clock = deps.clock;
  }

  add(given: Pick<Webhook, 'team' | 'url' | 'through'>): Promise<Webhook> {
    const webhook = {
      ...given,
      id: this.#secrets.digest(this.#secrets.token()).slice(0, ID_CHARACTERS),
      secret: `whsec_${Buffer.from(this.#secrets.token(), 'utf8').toString('base64')}`,
    };
    return orStorageFailed('add the webhook', async () => {
      const row = { ...webhook, added_at_ms: this.#clock.nowMs() };
      await this.#db.insertInto('webhooks').values(row).execute();
      return webhook;
    });
  }

  list(): Promise<readonly Webhook[]> {
    return orStorageFailed('list webhooks', async () => {
      const rows = await this.#db
        .selectFrom('webhooks')
        .selectAll()
        .orderBy('added_at_ms')
        .orderBy('id')
        .execute();
      return rows.map(({ id, team, url, secret, through }) => ({
        id,
        team,
        url,
        secret,
        through: Number(through),
      }));
    });
  }

  remove(id: string): Promise<'removed' | 'absent'> {
    return orStorageFailed('remove the webhook', async () => {
      const removed = await this.#db.deleteFrom('webhooks').where('id', '=', id).returning('id').execute();
      return removed.length > 0 ? 'removed' : 'absent';
    });
  }

  advance(id: string, through: number): Promise<void> {
    return orStorageFailed('note what a webhook has received', async () => {
      await this.#db
        .updateTable('webhooks')
        .set({ through })
        .where('id', '=', id)
        .where('through', '<', through)
        .execute();
    });
  }
}

const ID_CHARACTERS = 12;
