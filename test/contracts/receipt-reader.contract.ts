import type { HubAddress } from '../../src/domain/outbox/account.js';
import type { ReceiptReader } from '../../src/ports/delivery.js';

export interface ReceiptReaderFlavour {
  readonly name: string;
  readonly durable: boolean;
  readonly setup: () => Promise<{
    readonly subject: ReceiptReader;
    readonly hub: HubAddress;
    /** Good at this hub, for the team `acme`. */
    readonly accessToken: string;
    /** An address at which nobody answers. */
    readonly nowhere: HubAddress;
    /** Stores so many events of a project for `acme`; returns their ids. */
    store(projectUuid: string, count: number): Promise<readonly string[]>;
    readonly dispose?: () => Promise<void>;
  }>;
}

const PROJECT = '550e8400-e29b-41d4-a716-446655440000';
const OTHER = '660e8400-e29b-41d4-a716-446655440001';

/** The promises of {@link ReceiptReader}. */
export const receiptReaderContract = ({ name, setup }: ReceiptReaderFlavour): void => {
  describe(`receipt reader: ${name}`, () => {
    let at: Awaited<ReturnType<typeof setup>>;
    beforeEach(async () => (at = await setup()));
    afterEach(() => at.dispose?.());

    const read = (after = 0, projectUuid = PROJECT) =>
      at.subject.read({ hub: at.hub, accessToken: at.accessToken, projectUuid, after });

    it('finds nothing of a project that never sent anything', async () => {
      expect(await read()).toEqual({ answer: 'page', eventIds: [], next: 0, more: false });
    });

    it('reads the ids of one project in the order of arrival', async () => {
      const ids = await at.store(PROJECT, 3);
      await at.store(OTHER, 2);
      expect(await read()).toMatchObject({ answer: 'page', eventIds: ids, more: false });
    });

    it('goes on from the cursor, page after page, until there is no more', async () => {
      const ids = await at.store(PROJECT, 1100);
      const found: string[] = [];
      for (let after = 0, more = true; more;) {
        const page = await read(after);
        if (page.answer !== 'page') throw new Error(page.answer);
        found.push(...page.eventIds);
        ({ next: after, more } = page);
      }
      expect(found).toEqual(ids);
    });

    it('says unauthorized for a token that the hub does not know', async () => {
      const request = { hub: at.hub, accessToken: 'no-such-token', projectUuid: PROJECT, after: 0 };
      expect(await at.subject.read(request)).toEqual({ answer: 'unauthorized' });
    });

    it('says unavailable when nobody answers, and when it is interrupted', async () => {
      const request = { hub: at.nowhere, accessToken: at.accessToken, projectUuid: PROJECT, after: 0 };
      expect(await at.subject.read(request)).toMatchObject({ answer: 'unavailable' });
      const interrupted = await at.subject.read({ ...request, hub: at.hub }, AbortSignal.abort());
      expect(interrupted).toMatchObject({ answer: 'unavailable' });
    });

    it('refuses to talk to a server that is neither https nor on this machine', async () => {
      const hub = { url: 'http://hub.example.org' };
      const request = { hub, accessToken: 'x', projectUuid: PROJECT, after: 0 };
      await expect(at.subject.read(request)).rejects.toMatchObject({ kind: 'insecure-server' });
    });
  });
};
