import type { CheckoutMemory, CheckoutRegistry } from '../../src/ports/events.js';

export interface CheckoutRegistryFlavour {
  readonly name: string;
  readonly durable: boolean;
  readonly setup: () => Promise<{
    readonly subject: CheckoutRegistry;
    readonly reopen?: () => CheckoutRegistry;
    readonly dispose?: () => void;
  }>;
}

/** What every registry of checkouts promises. */
export const checkoutRegistryContract = ({ name, durable, setup }: CheckoutRegistryFlavour): void => {
  describe(`${name} keeps the promises of a checkout registry`, () => {
    let it$: Awaited<ReturnType<typeof setup>>;
    const memory: CheckoutMemory = {
      path: '/work/demo',
      projectUuid: '3b241101-e2bb-4255-8caf-4136c566a962',
      projectSlug: 'demo',
      share: false,
      configReadable: true,
    };
    beforeEach(async () => {
      it$ = await setup();
    });
    afterEach(() => it$.dispose?.());

    it('remembers nothing of a checkout or project that it never saw', async () => {
      expect(await it$.subject.recall('/work/demo')).toBeUndefined();
      expect(await it$.subject.list()).toEqual([]);
      expect(await it$.subject.preference('3b241101-e2bb-4255-8caf-4136c566a962')).toBeUndefined();
    });

    it('recalls all that it was told, and what was never known stays absent', async () => {
      await it$.subject.remember(memory);
      await it$.subject.remember({ path: '/other' });
      expect(await it$.subject.recall('/work/demo')).toEqual(memory);
      expect(await it$.subject.recall('/other')).toEqual({ path: '/other' });
      expect(await it$.subject.recall('/work')).toBeUndefined();
    });

    it('replaces what it knew of a checkout', async () => {
      await it$.subject.remember(memory);
      await it$.subject.remember({ path: memory.path, share: true });
      expect(await it$.subject.list()).toEqual([{ path: memory.path, share: true }]);
    });

    it('forgets a checkout, and no other; what it does not know it cannot forget', async () => {
      await it$.subject.remember(memory);
      await it$.subject.remember({ path: '/other' });
      await it$.subject.forget(memory.path);
      await it$.subject.forget('/never-seen');
      expect(await it$.subject.recall(memory.path)).toBeUndefined();
      expect(await it$.subject.list()).toEqual([{ path: '/other' }]);
    });

    it('lists each checkout once', async () => {
      await it$.subject.remember(memory);
      await it$.subject.remember({ ...memory, path: '/clone of/démo' });
      await it$.subject.remember(memory);
      const paths = (await it$.subject.list()).map(({ path }) => path).sort();
      expect(paths).toEqual(['/clone of/démo', '/work/demo']);
    });

    it('keeps a preference for each project, and the last one counts', async () => {
      await it$.subject.setPreference('project-a', 'on');
      await it$.subject.setPreference('project-b', 'off');
      await it$.subject.setPreference('project-a', 'off');
      await it$.subject.setPreference('project-b', 'on');
      expect(await it$.subject.preference('project-a')).toBe('off');
      expect(await it$.subject.preference('project-b')).toBe('on');
      expect(await it$.subject.list()).toEqual([]);
    });

    it('keeps checkouts apart that are remembered at once', async () => {
      const paths = Array.from({ length: 12 }, (_, index) => `/work/${index}`);
      await Promise.all(paths.map((path) => it$.subject.remember({ ...memory, path })));
      expect((await it$.subject.list()).map(({ path }) => path).sort()).toEqual([...paths].sort());
    });

    if (durable) {
      it('says the same after it is opened again', async () => {
        await it$.subject.remember(memory);
        await it$.subject.setPreference('project-a', 'on');
        const reopened = it$.reopen!();
        expect(await reopened.recall(memory.path)).toEqual(memory);
        expect(await reopened.preference('project-a')).toBe('on');
      });
    }
  });
};
