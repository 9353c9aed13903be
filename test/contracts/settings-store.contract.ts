import type { SettingsStore } from '../../src/ports/events.js';

export interface SettingsStoreFlavour {
  readonly name: string;
  readonly durable: boolean;
  readonly setup: () => Promise<{
    readonly subject: SettingsStore;
    readonly reopen?: () => SettingsStore;
    readonly dispose?: () => void;
  }>;
}

/** What every store of settings promises. */
export const settingsStoreContract = ({ name, durable, setup }: SettingsStoreFlavour): void => {
  describe(`${name} keeps the promises of a settings store`, () => {
    let it$: Awaited<ReturnType<typeof setup>>;
    beforeEach(async () => {
      it$ = await setup();
    });
    afterEach(() => it$.dispose?.());

    it('has nothing but defaults before anything was set', async () => {
      expect(await it$.subject.read()).toEqual({ issues: [] });
    });

    it('gives back the URL that was set last, and may be told twice', async () => {
      await it$.subject.set('server_url', 'https://a.example');
      await it$.subject.set('server_url', 'https://b.example');
      await it$.subject.set('server_url', 'https://b.example');
      expect(await it$.subject.read()).toEqual({ serverUrl: 'https://b.example', issues: [] });
    });

    it('ends with one of the URLs that were set at once', async () => {
      const urls = Array.from({ length: 8 }, (_, index) => `https://hub-${index}.example`);
      await Promise.all(urls.map((url) => it$.subject.set('server_url', url)));
      expect(urls).toContain((await it$.subject.read()).serverUrl);
    });

    if (durable) {
      it('says the same after it is opened again', async () => {
        await it$.subject.set('server_url', 'https://a.example');
        expect(await it$.reopen!().read()).toEqual({ serverUrl: 'https://a.example', issues: [] });
      });
    }
  });
};
