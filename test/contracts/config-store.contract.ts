import type { ConfigStore, HeldRepository } from '../../src/ports/events.js';

export interface ConfigStoreSetup {
  readonly subject: ConfigStore;
  readonly projectRoot: string;
  /** Puts a config in place, as a person would. */
  put(document: object): void;
  putBroken(): void;
  makeReadOnly(): void;
  /** Another instance over the same storage. */
  reopen?(): ConfigStore;
  dispose?(): void;
}

export interface ConfigStoreFlavour {
  readonly name: string;
  readonly durable: boolean;
  readonly setup: () => Promise<ConfigStoreSetup>;
}

/** What every store of project configs promises. */
export const configStoreContract = ({ name, durable, setup }: ConfigStoreFlavour): void => {
  describe(`${name} keeps the promises of a config store`, () => {
    let it$: ConfigStoreSetup;
    let held: HeldRepository;
    const uuid = [{ path: ['project', 'uuid'], value: 'u-1' }];

    beforeEach(async () => {
      it$ = await setup();
      held = { checkout: { root: it$.projectRoot, projectRoot: it$.projectRoot } };
    });
    afterEach(() => it$.dispose?.());

    it('reads a config that does not exist as absent', async () => {
      expect(await it$.subject.read(it$.projectRoot)).toEqual({ state: 'absent' });
    });

    it('makes a config that does not exist with the first edits', async () => {
      const reading = await it$.subject.update(held, () => [
        ...uuid,
        { path: ['sync', 'share'], value: false },
      ]);
      expect(reading).toMatchObject({
        state: 'present',
        document: { project: { uuid: 'u-1' }, sync: { share: false } },
      });
      expect(await it$.subject.read(it$.projectRoot)).toEqual(reading);
    });

    it('changes what an edit names and keeps everything else', async () => {
      it$.put({ project: { slug: 'kept', extra: [1, { deep: null }] }, agents: { available: ['claude'] } });
      const reading = await it$.subject.update(held, () => [
        ...uuid,
        { path: ['project', 'slug'], value: 'set' },
      ]);
      expect(reading).toMatchObject({
        document: {
          project: { slug: 'set', extra: [1, { deep: null }], uuid: 'u-1' },
          agents: { available: ['claude'] },
        },
      });
    });

    it('shows the present state to the decision, and does nothing when it decides nothing', async () => {
      it$.put({ project: { uuid: 'there' } });
      const before = await it$.subject.read(it$.projectRoot);
      const seen: unknown[] = [];
      const after = await it$.subject.update(held, (current) => {
        seen.push(current);
        return [];
      });
      expect(seen).toEqual([before]);
      expect(after).toEqual(before);
    });

    it('lets each of several updates see the one before it', async () => {
      const mint = (value: string) =>
        it$.subject.update(held, (current) =>
          current.state === 'absent' ? [{ path: ['project', 'uuid'], value }] : [],
        );
      for (const value of ['first', 'second', 'third']) await mint(value);
      expect(await it$.subject.read(it$.projectRoot)).toMatchObject({
        document: { project: { uuid: 'first' } },
      });
    });

    it('never writes to a config that cannot be understood', async () => {
      it$.putBroken();
      const before = await it$.subject.read(it$.projectRoot);
      expect(before).toMatchObject({
        state: 'unreadable',
        issues: [{ reason: expect.any(String), line: expect.any(Number) }],
      });
      await expect(it$.subject.update(held, () => uuid)).rejects.toMatchObject({ kind: 'config-unreadable' });
      expect(await it$.subject.update(held, () => [])).toEqual(before);
      expect(await it$.subject.read(it$.projectRoot)).toEqual(before);
    });

    it('leaves a config that cannot be written as it was', async () => {
      it$.put({ project: { slug: 'kept' } });
      const before = await it$.subject.read(it$.projectRoot);
      it$.makeReadOnly();
      await expect(it$.subject.update(held, () => uuid)).rejects.toMatchObject({
        kind: 'config-not-writable',
      });
      expect(await it$.subject.read(it$.projectRoot)).toEqual(before);
    });

    it('refuses an edit below something that is not a map', async () => {
      it$.put({ project: ['a', 'list'] });
      const before = await it$.subject.read(it$.projectRoot);
      await expect(it$.subject.update(held, () => uuid)).rejects.toMatchObject({
        kind: 'config-not-writable',
      });
      expect(await it$.subject.read(it$.projectRoot)).toEqual(before);
    });

    it('sets a broken config aside under a name that is still free', async () => {
      it$.putBroken();
      expect(await it$.subject.setAside(held)).toBe('config.yaml.broken-1');
      expect(await it$.subject.read(it$.projectRoot)).toEqual({ state: 'absent' });
      it$.putBroken();
      expect(await it$.subject.setAside(held)).toBe('config.yaml.broken-2');
    });

    it('has nothing to set aside where there is no config', async () => {
      await expect(it$.subject.setAside(held)).rejects.toMatchObject({ kind: 'config-not-writable' });
    });

    if (durable) {
      it('says the same after it is opened again', async () => {
        const written = await it$.subject.update(held, () => uuid);
        expect(await it$.reopen!().read(it$.projectRoot)).toEqual(written);
      });
    }
  });
};
