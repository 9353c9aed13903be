import type { HubAddress } from '../../src/domain/outbox/account.js';
import type { EventReader, ReadEvent, OutgoingEvent } from '../../src/ports/delivery.js';
import { envelopeOf, outgoing } from '../support/outgoing-events.js';

export interface EventReaderFlavour {
  readonly name: string;
  readonly durable: boolean;
  readonly setup: () => Promise<{
    readonly subject: EventReader;
    readonly hub: HubAddress;
    /** Good at this hub, for the team `acme`. */
    readonly accessToken: string;
    /** An address at which nobody answers. */
    readonly nowhere: HubAddress;
    /** Stores these for `acme`. */
    store(events: readonly OutgoingEvent[]): Promise<unknown>;
    readonly dispose?: () => Promise<void>;
  }>;
}

const PROJECT = '550e8400-e29b-41d4-a716-446655440000';
const OTHER = '660e8400-e29b-41d4-a716-446655440001';

/** The promises of {@link EventReader}. */
export const eventReaderContract = ({ name, setup }: EventReaderFlavour): void => {
  describe(`event reader: ${name}`, () => {
    let at: Awaited<ReturnType<typeof setup>>;
    let made = 0;
    beforeEach(async () => (at = await setup()));
    afterEach(() => at.dispose?.());

    /** Stores so many events of a project; returns the documents. */
    const store = async (count: number, project = PROJECT): Promise<readonly object[]> => {
      const events = Array.from({ length: count }, () =>
        outgoing(envelopeOf((made += 1), { project_uuid: project as never }, project)),
      );
      for (let from = 0; from < count; from += 1000) await at.store(events.slice(from, from + 1000));
      return events.map(({ json }) => JSON.parse(json) as object);
    };

    const read = async (after: number | string = 0, more: { readonly projectUuid?: string } = {}) => {
      const answer = await at.subject.read({ hub: at.hub, accessToken: at.accessToken, after, ...more });
      if (answer.answer !== 'page') throw new Error(answer.answer);
      return answer;
    };

    it('says that a number which the log never gave is of another history', async () => {
      await store(1);
      for (const more of [{ after: 99 }, { after: 1, history: 'of-another-log' }]) {
        const answer = await at.subject.read({ hub: at.hub, accessToken: at.accessToken, ...more });
        expect(answer).toEqual({ answer: 'other-history' });
      }
    });

    it('finds nothing where nothing was sent', async () => {
      expect(await read()).toEqual({ answer: 'page', events: [], next: 0, more: false });
    });

    it('reads the documents in the order of arrival, with numbers that grow', async () => {
      const stored = [...(await store(2)), ...(await store(1, OTHER))];
      const { events, next, more } = await read();
      expect(events.map(({ event }) => event)).toEqual(stored);
      const numbers = events.map(({ sequence }) => sequence);
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
      expect({ next, more }).toEqual({ next: numbers.at(-1), more: false });
      expect((await read(0, { projectUuid: OTHER })).events.map(({ event }) => event)).toEqual(
        stored.slice(2),
      );
    });

    it('goes on from a number or from an event, page after page, until there is no more', async () => {
      const stored = await store(1100);
      const found: ReadEvent[] = [];
      for (let after = 0, more = true; more;) {
        const page = await read(after);
        found.push(...page.events);
        ({ next: after, more } = page);
      }
      expect(found.map(({ event }) => event)).toEqual(stored);
      const { event_id: id } = stored[1097] as { readonly event_id: string };
      expect((await read(id)).events.map(({ event }) => event)).toEqual(stored.slice(1098));
    });

    it('says so when the team has no such event', async () => {
      await store(1);
      const request = { hub: at.hub, accessToken: at.accessToken, after: '01KH0000000000000000000ZZZ' };
      expect(await at.subject.read(request)).toEqual({ answer: 'unknown-event' });
    });

    it('says unauthorized for a token that the hub does not know', async () => {
      const request = { hub: at.hub, accessToken: 'no-such-token', after: 0 };
      expect(await at.subject.read(request)).toEqual({ answer: 'unauthorized' });
    });

    it('says unavailable when nobody answers, and when it is interrupted', async () => {
      const request = { hub: at.nowhere, accessToken: at.accessToken, after: 0 };
      expect(await at.subject.read(request)).toMatchObject({ answer: 'unavailable' });
      const interrupted = await at.subject.read({ ...request, hub: at.hub }, AbortSignal.abort());
      expect(interrupted).toMatchObject({ answer: 'unavailable' });
    });

    it('refuses to talk to a server that is neither https nor on this machine', async () => {
      const request = { hub: { url: 'http://hub.example.org' }, accessToken: 'x', after: 0 };
      await expect(at.subject.read(request)).rejects.toMatchObject({ kind: 'insecure-server' });
    });
  });
};
