import type { HubAddress } from '../../src/domain/outbox/account.js';
import type { ServerMessage } from '../../src/domain/wire.js';
import type { LiveSession, LiveTransport } from '../../src/ports/delivery.js';
import { envelopeOf, outgoing, outgoingEvents } from '../support/outgoing-events.js';

/** A transport with a hub of the contract at its other end, fresh for every test. */
export interface LiveTransportSetup {
  readonly subject: LiveTransport;
  readonly hub: HubAddress;
  /** A fresh token for one session of team `acme`. */
  liveToken(): Promise<string>;
  /** An address at which nobody answers. */
  readonly nowhere: HubAddress;
  /** Ids that the hub stored for `acme`, in order. */
  storedIds(): Promise<readonly string[]>;
  /** Cuts all sessions from the hub's side. */
  cut(): Promise<void>;
  readonly dispose?: () => Promise<void>;
}

export interface LiveTransportFlavour {
  readonly name: string;
  readonly durable: boolean;
  readonly setup: () => Promise<LiveTransportSetup>;
}

/** The promises of {@link LiveTransport}, with a hub that announces `ack` and `auth`. */
export const liveTransportContract = (flavour: LiveTransportFlavour): void => {
  describe(`live transport: ${flavour.name}`, () => {
    let at: LiveTransportSetup;
    beforeEach(async () => (at = await flavour.setup()));
    afterEach(() => at.dispose?.());

    const open = async (): Promise<LiveSession> => at.subject.open(at.hub, await at.liveToken());

    it('opens with the snapshot', async () => {
      const session = await open();
      expect(session.snapshot).toMatchObject({ type: 'snapshot', work_packages: expect.any(Array) });
      expect(session.snapshot.capabilities).toEqual(expect.arrayContaining(['ack', 'auth']));
      expect(session.ignoredFrames()).toBe(0);
      await session.close();
    });

    it('brings a receipt for every event that it sends, and the hub has them in order', async () => {
      const session = await open();
      const events = outgoingEvents(5);
      for (const event of events) await session.send(event);
      const acks = await take(session, events.length, 'ack');
      expect(acks.map((ack) => ack['event_id'])).toEqual(events.map((event) => event.eventId));
      expect(acks.every((ack) => ack['status'] === 'success')).toBe(true);
      expect(await at.storedIds()).toEqual(events.map((event) => event.eventId));
      await session.close();
    });

    it('brings the events of other sessions of the team', async () => {
      const [mine, theirs] = [await open(), await open()];
      const event = envelopeOf(7, { node_id: 'ffffffffffff' });
      await theirs.send(outgoing(event));
      const [heard] = await take(mine, 1, 'event');
      expect(heard).toMatchObject({ type: 'event', event_id: event.event_id, node_id: 'ffffffffffff' });
      await mine.close();
      await theirs.close();
    });

    it('renews its token in place', async () => {
      const session = await open();
      await session.renew(await at.liveToken());
      expect(await take(session, 1, 'auth')).toEqual([expect.objectContaining({ status: 'ok' })]);
      await session.close();
    });

    it('ends when we close it: messages end, sending is refused, closing again is harmless', async () => {
      const session = await open();
      await session.close();
      await session.close();
      expect(await session.ended).toEqual({ reason: 'closed-by-us' });
      expect(await all(session)).toEqual([]);
      const [event] = outgoingEvents(1);
      await expect(session.send(event!)).rejects.toMatchObject({ kind: 'unreachable' });
      await expect(session.renew('x')).rejects.toMatchObject({ kind: 'unreachable' });
    });

    it('is lost when the hub goes away', async () => {
      const session = await open();
      await at.cut();
      expect(await session.ended).toMatchObject({ reason: 'lost', detail: expect.any(String) });
      expect(await all(session)).toEqual([]);
      const [event] = outgoingEvents(1);
      await expect(session.send(event!)).rejects.toMatchObject({ kind: 'unreachable' });
    });

    it('says why it does not open', async () => {
      await expect(at.subject.open(at.hub, 'no-such-token')).rejects.toMatchObject({
        kind: 'session-expired',
      });
      await expect(at.subject.open(at.nowhere, 'x')).rejects.toMatchObject({ kind: 'unreachable' });
      const token = await at.liveToken();
      await expect(at.subject.open(at.hub, token, AbortSignal.abort())).rejects.toMatchObject({
        kind: 'interrupted',
      });
      await expect(at.subject.open({ url: 'http://hub.example.org' }, 'x')).rejects.toMatchObject({
        kind: 'insecure-server',
      });
    });
  });
};

/** The next messages of one type; others are read past. */
const take = async (
  session: LiveSession,
  count: number,
  type: string,
): Promise<Record<string, unknown>[]> => {
  const found: Record<string, unknown>[] = [];
  for await (const message of session.messages()) {
    if (message.type === type) found.push(message as unknown as Record<string, unknown>);
    if (found.length === count) break;
  }
  return found;
};

const all = async (session: LiveSession): Promise<ServerMessage[]> => {
  const messages: ServerMessage[] = [];
  for await (const message of session.messages()) messages.push(message);
  return messages;
};
