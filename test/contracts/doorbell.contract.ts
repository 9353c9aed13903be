import type { Doorbell } from '../../src/ports/delivery.js';

export interface DoorbellFlavour {
  readonly name: string;
  readonly setup: () => Promise<{
    readonly subject: Doorbell;
    /** Captures one event. */
    readonly capture: () => Promise<void>;
  }>;
}

/** Resolves with the next ring. */
export const nextRing = (): { readonly ring: () => void; readonly rang: () => Promise<void> } => {
  let wake: () => void = () => undefined;
  let rings = 0;
  let heard = 0;
  return {
    ring: () => {
      rings += 1;
      wake();
    },
    rang: async () => {
      while (rings === heard) await new Promise<void>((resolve) => (wake = resolve));
      heard = rings;
    },
  };
};

/** What every doorbell promises. */
export const doorbellContract = ({ name, setup }: DoorbellFlavour): void => {
  describe(`${name} is a doorbell:`, () => {
    it('rings after every capture, for each who watches', async () => {
      const { subject, capture } = await setup();
      const [one, two] = [nextRing(), nextRing()];
      const bells = [await subject.watch(one.ring), await subject.watch(two.ring)];
      for (let count = 0; count < 3; count++) {
        const rang = Promise.all([one.rang(), two.rang()]);
        await capture();
        await rang;
      }
      for (const bell of bells) bell.close();
    });

    it('is silent after it was closed, which may be repeated', async () => {
      const { subject, capture } = await setup();
      let rings = 0;
      const bell = await subject.watch(() => (rings += 1));
      bell.close();
      bell.close();
      const other = nextRing();
      const witness = await subject.watch(other.ring);
      const rang = other.rang();
      await capture();
      await rang;
      witness.close();
      expect(rings).toBe(0);
    });
  });
};
