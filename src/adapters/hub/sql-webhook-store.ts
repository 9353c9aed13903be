import type { WallClock } from '../../ports/host.js';
import type { Secrets, Webhook, WebhookStore } from '../../ports/hub.js';
import { type Executor, orStorageFails } from './hub-database.js';

/** Webhooks as rows, in the hub's own database. */
export const openWebhookStore = (
  db: Executor,
  { secrets, clock }: { readonly secrets: Secrets; readonly clock: WallClock },
): WebhookStore =>
  orStorageFails(
    {
      add: async (given: Pick<Webhook, 'team' | 'url' | 'through'>) => {
        const webhook = {
          ...given,
          id: secrets.digest(secrets.token()).slice(0, ID_CHARACTERS),
          secret: `whsec_${Buffer.from(secrets.token(), 'utf8').toString('base64')}`,
        };
        const row = { ...webhook, added_at_ms: clock.nowMs() };
        await db.insertInto('webhooks').values(row).execute();
        return webhook;
      },
      list: () =>
        db
          .selectFrom('webhooks')
          .select(['id', 'team', 'url', 'secret', 'through'])
          .orderBy('added_at_ms')
          .orderBy('id')
          .execute(),
      remove: async (id: string) => {
        const removed = await db.deleteFrom('webhooks').where('id', '=', id).returning('id').execute();
        return removed.length > 0 ? 'removed' : 'absent';
      },
      advance: async (id: string, through: number) => {
        const advancing = db.updateTable('webhooks').set({ through }).where('id', '=', id);
        await advancing.where('through', '<', through).execute();
      },
    },
    {
      add: 'add the webhook',
      list: 'list webhooks',
      remove: 'remove the webhook',
      advance: 'note what a webhook has received',
    },
  );

const ID_CHARACTERS = 12;
