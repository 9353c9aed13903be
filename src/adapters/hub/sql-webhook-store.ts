import type { WallClock } from '../../ports/host.js';
import type { WebhookStore } from '../../ports/hub.js';
import { type Executor, rowsOf } from './hub-database.js';
import type { NodeSecrets } from './node-secrets.js';

/** Webhooks as rows, in the hub's own database. */
export const sqlWebhooks = (db: Executor, secrets: NodeSecrets, clock: WallClock): WebhookStore => ({
  add: async (given) => {
    const webhook = {
      ...given,
      id: secrets.digest(secrets.token()).slice(0, ID_CHARACTERS),
      secret: `whsec_${Buffer.from(secrets.token(), 'utf8').toString('base64')}`,
    };
    const row = { ...webhook, added_at_ms: clock.nowMs() };
    await db.insertInto('webhooks').values(row).execute();
    return webhook;
  },

  list: () => {
    const webhooks = db.selectFrom('webhooks').select(['id', 'team', 'url', 'secret', 'through']);
    return webhooks.orderBy('added_at_ms').orderBy('id').execute();
  },

  remove: async (id) => ((await rowsOf(db, 'webhooks').remove({ id })) ? 'removed' : 'absent'),

  advance: async (id, through) => {
    const advancing = db.updateTable('webhooks').set({ through }).where('id', '=', id);
    await advancing.where('through', '<', through).execute();
  },
});

const ID_CHARACTERS = 12;
