import type { ControlledTime } from '../../src/adapters/memory/memory-host.js';
import type { WebhookStore } from '../../src/ports/hub.js';

export interface WebhookStoreFlavour {
  readonly name: string;
  readonly setup: () => Promise<{
    readonly subject: WebhookStore;
    /** The clock that the subject goes by. */
    readonly time: ControlledTime;
    readonly reopen: () => Promise<WebhookStore>;
    readonly dispose: () => Promise<void>;
  }>;
}

const ACME = { team: 'acme', url: 'https://receiver.example.org/a', through: 0 };
const BIRCH = { team: 'birch', url: 'https://receiver.example.org/b', through: 7 };

/** The promises of {@link WebhookStore}. */
export const webhookStoreContract = (flavour: WebhookStoreFlavour): void => {
  describe(`webhook store: ${flavour.name}`, () => {
    let at: Awaited<ReturnType<WebhookStoreFlavour['setup']>>;
    let webhooks: WebhookStore;
    beforeEach(async () => {
      at = await flavour.setup();
      webhooks = at.subject;
    });
    afterEach(() => at.dispose());

    it('has none at first', async () => {
      expect(await webhooks.list()).toEqual([]);
    });

    it('adds each with an id and a secret of its own, and lists all in the order of their making, also when it was opened again', async () => {
      const first = await webhooks.add(ACME);
      await at.time.advance(1);
      const second = await webhooks.add(BIRCH);
      expect(first).toMatchObject(ACME);
      expect(second).toMatchObject(BIRCH);
      expect(first.id).not.toBe(second.id);
      expect(first.secret).not.toBe(second.secret);
      expect(first.secret).toMatch(/^whsec_[A-Za-z0-9+/]+=*$/);
      expect(await (await at.reopen()).list()).toEqual([first, second]);
    });

    it('removes one once, and leaves the others', async () => {
      const [gone, kept] = [await webhooks.add(ACME), await webhooks.add(BIRCH)];
      expect(await webhooks.remove(gone.id)).toBe('removed');
      expect(await webhooks.remove(gone.id)).toBe('absent');
      expect(await webhooks.list()).toEqual([kept]);
    });

    it('goes forward and never back, whoever says so last, and of one that is gone nothing comes back', async () => {
      const { id } = await webhooks.add(ACME);
      await Promise.all([5, 9, 3].map((through) => webhooks.advance(id, through)));
      await webhooks.advance(id, 8);
      expect(await webhooks.list()).toMatchObject([{ id, through: 9 }]);
      await webhooks.remove(id);
      await webhooks.advance(id, 20);
      expect(await webhooks.list()).toEqual([]);
    });

    it('keeps a sequence number beyond 32 bits', async () => {
      const { id } = await webhooks.add(ACME);
      await webhooks.advance(id, 2 ** 40);
      expect(await webhooks.list()).toMatchObject([{ id, through: 2 ** 40 }]);
    });
  });
};
