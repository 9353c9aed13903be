import type { LamportStore } from '../../src/ports/events.js';

export interface LamportStoreFlavour {
  readonly name: string;
  /** Whether the clock outlives the object; `reopen` is then there. */
  readonly durable: boolean;
  readonly setup: () => Promise<{
    readonly subject: LamportStore;
    /** The same clock as another process would open it now. */
    readonly reopen?: () => LamportStore;
    readonly dispose?: () => void;
  }>;
}

/** What every store of the Lamport clock promises. */
export const lamportStoreContract = ({ name, durable, setup }: LamportStoreFlavour): void => {
  describe(`${name} keeps the promises of a store of the Lamport clock`, () => {
    let store: LamportStore;
    let reopen: () => LamportStore;
    let dispose: (() => void) | undefined;

    beforeEach(async () => {
      const made = await setup();
      store = made.subject;
      expect(made.reopen !== undefined).toBe(durable);
      reopen = made.reopen ?? (() => store);
      dispose = made.dispose;
    });
    afterEach(() => dispose?.());

    it('begins at 0 and says nothing about it', async () => {
      const reading = await store.read();
      expect(reading.value).toBe(0);
      expect(reading.nodeId).toMatch(/^[0-9a-f]{12}$/);
      expect(reading.rebuilt).toBeUndefined();
    });

    it('keeps the greater value that a change makes of the present one', async () => {
      expect(await store.update((value) => value + 7)).toMatchObject({ value: 7 });
      expect(await reopen().update((value) => value + 1)).toMatchObject({ value: 8 });
      expect(await reopen().read()).toMatchObject({ value: 8 });
    });

    it('never goes back', async () => {
      await store.update(() => 10);
      expect(await store.update(() => 3)).toMatchObject({ value: 10 });
      expect(await reopen().read()).toMatchObject({ value: 10 });
    });

    it('is the same node in every reading', async () => {
      const { nodeId } = await store.read();
      await store.update((value) => value + 1);
      expect((await reopen().read()).nodeId).toBe(nodeId);
    });

    it('loses no step of many callers at once', async () => {
      const handles = [store, reopen(), reopen()];
      const readings = await Promise.all(
        Array.from({ length: 60 }, (_, index) => handles[index % 3]!.update((value) => value + 1)),
      );
      expect(new Set(readings.map(({ value }) => value)).size).toBe(60);
      expect(await reopen().read()).toMatchObject({ value: 60 });
    });
  });
};
