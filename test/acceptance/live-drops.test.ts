import { ChaosHub } from '../support/chaos-hub.js';
import { AWAKE, eventually, withBackground } from '../support/background.js';
import { startCuttableWire, type CuttableWire } from '../support/cuttable-wire.js';
import { smallFeature } from '../support/planning-documents.js';
import { addNote, ask, eventIdsOf, makeProject, signIn } from '../support/project.js';
import { expectAccounted } from '../support/recount.js';

let hub: ChaosHub;
let wire: CuttableWire;
beforeEach(async () => {
  hub = await ChaosHub.start();
  wire = await startCuttableWire(hub.hub.url);
});
afterEach(async () => {
  await wire.close();
  await hub.close();
});

let asked = 0;

/** Until there is a session whose client has read the snapshot: it answers what comes after that. */
const connected = (): Promise<void> => {
  asked += 1;
  const answer = JSON.stringify({ type: 'pong', timestamp: asked });
  return eventually(
    () => {
      hub.say(JSON.stringify({ type: 'ping', timestamp: asked }));
      return hub.frames.includes(answer);
    },
    () => 'no live session',
  );
};

/** In the middle of the frame of an ack, after the event was stored. */
const cutInTheAck = (): void => {
  hub.hub.judge = () => {
    hub.hub.judge = () => undefined;
    hub.cut(true);
    return undefined;
  };
};

const DROPS: readonly (readonly [string, () => void])[] = [
  ['before anything is sent', () => wire.cut()],
  ['in the middle of the frame of the event', () => wire.cutInNextFrame()],
  ['when the event has come and nothing became of it', () => hub.hub.liveFaults.next('lost-before')],
  ['after the event was stored and before its ack', () => hub.hub.liveFaults.next('lost-after')],
  ['in the middle of the frame of its ack', cutInTheAck],
];

describe('the live session of the background process', () => {
  it('scenario 15: is dropped at every moment of a delivery, and every event is at the hub once', () =>
    withBackground(async (sandbox) => {
      await makeProject(sandbox, smallFeature({ WP01: {} }));
      await signIn(sandbox, wire.url);
      const ids: string[] = [];
      const capture = async (note: string): Promise<void> => {
        ids.push(...eventIdsOf(await addNote(sandbox, note, AWAKE)));
      };
      await capture('the first one brings the process about');
      for (const [moment, drop] of DROPS) {
        await connected();
        drop();
        await capture(moment);
        await eventually(
          () => hub.hub.storedIds('acme').length === ids.length,
          () => `${moment}: the hub has ${hub.hub.storedIds('acme').join()} of ${ids.join()}`,
        );
        await eventually(
          async () => (await ask(sandbox, ['sync', 'status'])).document['projects'][0].waiting === 0,
          () => `${moment}: not settled`,
        );
      }
      // What was tried over the socket did travel over it.
      expect(hub.frames.filter((frame) => frame.includes('"event_id"')).length).toBeGreaterThanOrEqual(3);
      expect(hub.hub.storedEvents('acme').map(({ event }) => event['event_id'])).toEqual(ids);
      await expectAccounted(sandbox, { atHub: hub.hub.storedIds('acme') });
    }, 30));
});
