import { meet, moveTo } from '../../src/domain/delivery/known-hubs.js';
import type { KnownHubs } from '../../src/ports/delivery.js';

export interface KnownHubsFlavour {
  readonly name: string;
  readonly durable: boolean;
  readonly setup: () => Promise<{
    readonly subject: KnownHubs;
    readonly reopen?: () => KnownHubs;
    readonly dispose?: () => void;
  }>;
}

/** The promises of {@link KnownHubs}. */
export const knownHubsContract = ({ name, durable, setup }: KnownHubsFlavour): void => {
  describe(`known hubs: ${name}`, () => {
    const first = { url: 'https://one.example.org', id: 'hub-1' };
    const second = { url: 'https://two.example.org', id: 'hub-2' };
    let at: Awaited<ReturnType<typeof setup>>;
    beforeEach(async () => (at = await setup()));
    afterEach(() => at.dispose?.());

    it('are none before any was met', async () => {
      expect(await at.subject.list()).toEqual([]);
      await at.subject.update((known) => known);
      expect(await at.subject.list()).toEqual([]);
    });

    it('are all that were met, the newest last, and an update answers what it made of them', async () => {
      await at.subject.update((known) => meet(known, first));
      const known = await at.subject.update((before) => moveTo(meet(before, second), 'hub-1', second.url));
      expect(known).toEqual([
        { id: 'hub-2', urls: [second.url] },
        { id: 'hub-1', urls: [first.url, second.url] },
      ]);
      expect(await at.subject.list()).toEqual(known);
    });

    it('lose nothing to updates at one time', async () => {
      const ids = Array.from({ length: 10 }, (_, index) => `hub-${index}`);
      await Promise.all(
        ids.map((id) => at.subject.update((known) => meet(known, { url: `https://${id}`, id }))),
      );
      expect((await at.subject.list()).map(({ id }) => id).sort()).toEqual(ids);
    });

    if (durable) {
      it('outlive the process', async () => {
        await at.subject.update((known) => meet(known, first));
        expect(await at.reopen?.().list()).toEqual([{ id: 'hub-1', urls: [first.url] }]);
      });
    }
  });
};
