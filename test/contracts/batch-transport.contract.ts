import type { HubAddress } from '../../src/domain/outbox/account.js';
import type { BatchTransport } from '../../src/ports/delivery.js';
import { envelopeOf, outgoing, outgoingEvents } from '../support/outgoing-events.js';

/** A transport with a hub of the contract at its other end, fresh for every test. */
export interface BatchTransportSetup {
  readonly subject: BatchTransport;
  readonly hub: HubAddress;
  /** Good at this hub, for the team `acme`. */
  readonly accessToken: string;
  /** An address at which nobody answers. */
  readonly nowhere: HubAddress;
  /** Ids that the hub stored for `acme`, in order. */
  storedIds(): Promise<readonly string[]>;
  readonly dispose?: () => Promise<void>;
}

export interface BatchTransportFlavour {
  readonly name: string;
  readonly durable: boolean;
  readonly setup: () => Promise<BatchTransportSetup>;
}

/** The promises of {@link BatchTransport}. */
export const batchTransportContract = (flavour: BatchTransportFlavour): void => {
  describe(`batch transport: ${flavour.name}`, () => {
    let at: BatchTransportSetup;
    beforeEach(async () => (at = await flavour.setup()));
    afterEach(() => at.dispose?.());

    const send = (events: ReturnType<typeof outgoingEvents>, accessToken = at.accessToken) =>
      at.subject.send({ hub: at.hub, accessToken, events });

    it('answers every event by its id, and the hub has them in order', async () => {
      const events = outgoingEvents(20);
      const outcome = await send(events);
      expect(outcome).toEqual({
        outcome: 'answered',
        answers: new Map(events.map((event) => [event.eventId, { answer: 'accepted' }])),
      });
      expect(await at.storedIds()).toEqual(events.map((event) => event.eventId));
    });

    it('answers duplicate when a batch is repeated, and stores nothing twice', async () => {
      const events = outgoingEvents(3);
      await send(events);
      const again = await send(events);
      expect(again).toEqual({
        outcome: 'answered',
        answers: new Map(events.map((event) => [event.eventId, { answer: 'duplicate' }])),
      });
      expect(await at.storedIds()).toHaveLength(3);
    });

    it('tells an event of another content under a known id apart from a duplicate', async () => {
      await send([outgoing(envelopeOf(1))]);
      const other = outgoing(envelopeOf(1, { git_branch: 'other' }));
      const outcome = await send([other]);
      expect(outcome).toMatchObject({ outcome: 'answered' });
      if (outcome.outcome !== 'answered') return;
      expect(outcome.answers.get(other.eventId)).toMatchObject({ answer: 'rejected', code: 'id-conflict' });
    });

    it('rejects an event of another team alone', async () => {
      const foreign = outgoing(envelopeOf(1, { team_slug: 'someone-else' }));
      const local = outgoing(envelopeOf(2, { team_slug: 'local' }));
      const outcome = await send([foreign, local]);
      expect(outcome).toMatchObject({ outcome: 'answered' });
      if (outcome.outcome !== 'answered') return;
      expect(outcome.answers.get(foreign.eventId)).toMatchObject({
        answer: 'rejected',
        code: 'unknown-team',
      });
      expect(outcome.answers.get(local.eventId)).toEqual({ answer: 'accepted' });
      expect(await at.storedIds()).toEqual([local.eventId]);
    });

    it('takes an empty batch for answered', async () => {
      expect(await send([])).toEqual({ outcome: 'answered', answers: new Map() });
    });

    it('says unauthorized for a token that the hub does not know, and stores nothing', async () => {
      expect(await send(outgoingEvents(1), 'no-such-token')).toEqual({ outcome: 'unauthorized' });
      expect(await at.storedIds()).toEqual([]);
    });

    it('says whether the hub took what a machine says of itself', async () => {
      const report = { node_id: 'aaaaaaaaaaaa', waiting: { events: 2, oldest_ms: 5 } };
      const tell = (changes: object = {}) =>
        at.subject.report({ hub: at.hub, accessToken: at.accessToken, report, ...changes });
      expect(await tell()).toBe(true);
      expect(await tell({ accessToken: 'no-such-token' })).toBe(false);
      expect(await tell({ hub: at.nowhere })).toBe(false);
    });

    it('says unavailable when nobody answers, and when it is interrupted', async () => {
      const request = { hub: at.nowhere, accessToken: at.accessToken, events: outgoingEvents(1) };
      expect(await at.subject.send(request)).toMatchObject({ outcome: 'unavailable' });
      const interrupted = await at.subject.send({ ...request, hub: at.hub }, AbortSignal.abort());
      expect(interrupted).toMatchObject({ outcome: 'unavailable' });
    });

    it('serves many callers at once', async () => {
      const batches = Array.from({ length: 10 }, (_, index) => outgoingEvents(5, `series ${index}`));
      const outcomes = await Promise.all(batches.map((events) => send(events)));
      expect(outcomes.every((outcome) => outcome.outcome === 'answered')).toBe(true);
      expect(new Set(await at.storedIds()).size).toBe(50);
    });

    it('says whether the hub answers at all', async () => {
      expect(await at.subject.probe(at.hub)).toBe('reachable');
      expect(await at.subject.probe(at.nowhere)).toMatchObject({ unreachable: expect.any(String) });
    });

    it('refuses to talk to a server that is neither https nor on this machine', async () => {
      const hub = { url: 'http://hub.example.org' };
      await expect(at.subject.send({ hub, accessToken: 'x', events: [] })).rejects.toMatchObject({
        kind: 'insecure-server',
      });
      await expect((async () => at.subject.probe(hub))()).rejects.toMatchObject({ kind: 'insecure-server' });
    });
  });
};
