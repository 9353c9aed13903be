import { GotTokenIssuer } from '../../../src/adapters/delivery/got-token-issuer.js';
import { NodeTimer } from '../../../src/adapters/host/node-host.js';
import { MemoryLamportStore } from '../../../src/adapters/memory/memory-outbox.js';
import { SeededRandomness } from '../../../src/adapters/memory/memory-host.js';
import { GotBatchTransport } from '../../../src/adapters/delivery/got-batch-transport.js';
import { GotEventReader } from '../../../src/adapters/delivery/hub-pages.js';
import { WsLiveTransport } from '../../../src/adapters/delivery/ws-live-transport.js';
import { EventTail } from '../../../src/app/delivery/event-tail.js';
import { LiveLink } from '../../../src/app/delivery/live-link.js';
import type { Account } from '../../../src/domain/outbox/account.js';
import type { Timer } from '../../../src/ports/host.js';
import { Dice } from '../../chaos/dice.js';
import { startCuttableWire } from '../../support/cuttable-wire.js';
import { startTestHub } from '../../support/hub.js';
import { envelopeOf, outgoing } from '../../support/outgoing-events.js';
import { SetClock } from '../../support/steady-host.js';

const version = '1.2.3';

/** Pauses before a new attempt to connect pass at once; those that guard something take their time. */
class HastyTimer implements Timer {
  readonly #timer = new NodeTimer();

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#timer.sleep(ms <= LONGEST_PAUSE_MS ? 1 : ms, signal);
  }
}

const LONGEST_PAUSE_MS = 40_000;

describe('following a real hub over a wire that is cut', () => {
  it.each([1, 2, 3])(
    'shows every event once and in order, whatever is cut and whenever (schedule %i)',
    async (seed) => {
      const dice = new Dice(seed);
      const hub = await startTestHub();
      const wire = await startCuttableWire(hub.url);
      const accessToken = await hub.tokenOf('acme');
      const account: Account = { hub: { url: wire.url, id: hub.stores.store.hubId }, team: 'acme' };
      const granted = { state: 'granted', token: accessToken, account } as const;
      const tokens = { get: async () => granted, renew: async () => granted };
      const [issuer, reader] = [new GotTokenIssuer({ version }), new GotEventReader({ version })];
      const transport = new WsLiveTransport({ version, timer: new NodeTimer() });
      const batches = new GotBatchTransport({ version, clock: new SetClock() });
      const host = {
        liveTransport: transport,
        tokenIssuer: issuer,
        accessTokens: tokens,
        timer: new HastyTimer(),
        randomness: new SeededRandomness(),
      };
      const sent: string[] = [];
      const shown: string[] = [];
      let complete: () => void = () => undefined;
      const caughtUp = async (): Promise<void> => {
        while (shown.length < sent.length) await new Promise<void>((resolve) => (complete = resolve));
      };
      const arrive = async (): Promise<void> => {
        const events = Array.from({ length: dice.between(1, 40) }, (_, at) =>
          outgoing(envelopeOf(sent.length + at + 1, { node_id: 'bbbbbbbbbbbb' })),
        );
        sent.push(...events.map(({ eventId }) => eventId));
        await batches.send({ hub: { url: hub.url }, accessToken, events });
      };
      const controller = new AbortController();
      const tail = new EventTail(
        {
          accessTokens: tokens,
          eventReader: reader,
          liveLinkTo: (listeners) => new LiveLink({ ...host, lamport: new MemoryLamportStore() }, listeners),
        },
        {
          after: 0,
          onEvent: (event) => {
            shown.push(String(event['event_id']));
            if (shown.length >= sent.length) complete();
          },
        },
      );
      try {
        await arrive();
        const ended = tail.run(controller.signal);
        // Only who cannot begin at all is told so.
        await caughtUp();
        for (let round = 0; round < 30; round++) {
          if (dice.happens(0.3)) wire.cut();
          if (dice.happens(0.3)) wire.cutInNextAnswer();
          await arrive();
          // Sometimes it gets so far that it is at rest, sometimes it is disturbed in the middle of something.
          if (dice.happens(0.5)) await caughtUp();
        }
        await caughtUp();
        controller.abort();
        await ended;
        expect(shown).toEqual(sent);
      } finally {
        controller.abort();
        await Promise.all([issuer.close(), reader.close(), transport.close(), batches.close()]);
        await wire.close();
        await hub.close();
      }
    },
    30_000,
  );
});
