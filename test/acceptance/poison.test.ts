import { ChaosHub } from '../support/chaos-hub.js';
import { smallFeature, workPackageText } from '../support/planning-documents.js';
import { addNotes, makeProject, signIn, succeed } from '../support/project.js';
import { expectAccounted, syncNow } from '../support/recount.js';
import { inSandbox, type Sandbox } from '../support/sandbox.js';

type Story = (sandbox: Sandbox, hub: ChaosHub, atHub: () => readonly string[]) => Promise<void>;

/** A project that is signed in at a hub which refuses what the story says. */
const atPickyHub = (story: Story, seed = smallFeature({ WP01: {} })): Promise<void> =>
  inSandbox(async (sandbox) => {
    const hub = await ChaosHub.start();
    try {
      await makeProject(sandbox, seed);
      await signIn(sandbox, hub.address.url);
      await story(sandbox, hub, () => hub.hub.storedIds('acme'));
    } finally {
      await hub.close();
    }
  });

const without = (ids: readonly string[], ...unwanted: readonly (string | undefined)[]): readonly string[] =>
  ids.filter((id) => !unwanted.includes(id));

describe('events that a hub refuses', () => {
  it.each([
    ['first', 0],
    ['in the middle', 2],
    ['last', 4],
  ])(
    'scenario 11: a poison event that is %s keeps no other from arriving, in order',
    (_, place) =>
      atPickyHub(async (sandbox, hub, atHub) => {
        const ids = await addNotes(sandbox, 5);
        const poison = ids[place];
        hub.hub.judge = ({ event_id: id }) => (id === poison ? 'poison' : undefined);
        const pass = await syncNow(sandbox, atHub);
        expect(pass).toMatchObject({
          code: 3,
          arrived: without(ids, poison),
          document: { delivered: 4, rejected: 1, left: 1 },
        });
        await expectAccounted(sandbox, { atHub: atHub(), pending: 1 });
        // It is tried until it is given up on, and nothing new is needed for that.
        for (let attempt = 2; attempt < 5; attempt++)
          expect(await syncNow(sandbox, atHub)).toMatchObject({ code: 3, document: { left: 1 } });
        expect(await syncNow(sandbox, atHub)).toMatchObject({ document: { dead_letters: 1, left: 0 } });
        const { accounting } = await succeed(sandbox, ['sync', 'status']).then(({ projects }) => projects[0]);
        expect(accounting).toMatchObject({ captured: 5, delivered: 4, pending: 0 });
        expect(Object.values(accounting.dead_letters)).toEqual([1]);
      }),
    60_000,
  );

  it('scenario 11: two poison events in one batch are found, and the three others arrive', () =>
    atPickyHub(async (sandbox, hub, atHub) => {
      const ids = await addNotes(sandbox, 5);
      const bad = [ids[1], ids[3]];
      hub.hub.judge = ({ event_id: id }) => (bad.includes(String(id)) ? 'poison' : undefined);
      expect(await syncNow(sandbox, atHub)).toMatchObject({
        code: 3,
        arrived: without(ids, ...bad),
        document: { delivered: 3, rejected: 2, left: 2 },
      });
    }));

  it('scenario 11: a thousand refused events at the head keep nothing behind them from arriving', () => {
    const ids = Array.from({ length: 999 }, (_, index) => `WP${String(index + 1).padStart(3, '0')}`);
    const seed = smallFeature(Object.fromEntries(ids.map((id) => [id, {}])));
    seed['kitty-specs/002-after/tasks/WP01-note.md'] = workPackageText('WP01');
    return atPickyHub(async (sandbox, hub, atHub) => {
      const finalized = await succeed(sandbox, [
        'agent',
        'feature',
        'finalize-tasks',
        '--feature',
        '001-alpha',
      ]);
      expect(finalized['events']).toHaveLength(1000);
      const notes: string[] = [];
      for (const note of ['one', 'two', 'three']) {
        const args = ['agent', 'tasks', 'add-history', 'WP01', '--feature', '002-after', '--note', note];
        const { events } = await succeed(sandbox, args);
        notes.push(events[0].event_id);
      }
      hub.hub.judge = ({ event_type: type }) =>
        type === 'HistoryAdded' ? undefined : { status: 'rejected', error_message: 'unwanted' };
      expect(await syncNow(sandbox, atHub)).toMatchObject({
        code: 3,
        arrived: notes,
        document: { delivered: 3, rejected: 1000, left: 1000 },
      });
      for (let attempt = 2; attempt <= 5; attempt++) await syncNow(sandbox, atHub);
      await expectAccounted(sandbox, { atHub: atHub(), deadLetters: { unwanted: 1000 } });
    }, seed);
  }, 60_000);

  it('scenario 13: an event that is too large for the hub is a dead letter, and smaller ones arrive', () =>
    atPickyHub(async (sandbox, hub, atHub) => {
      const [first, second] = await addNotes(sandbox, 2);
      hub.on('batch').always((call) => (call <= 2 ? { status: 413 } : undefined));
      expect(await syncNow(sandbox, atHub)).toMatchObject({
        code: 3,
        arrived: [second],
        document: { delivered: 1, dead_letters: 1, left: 0 },
      });
      await expectAccounted(sandbox, {
        atHub: without(atHub(), first),
        deadLetters: { 'too large for the hub': 1 },
      });
    }));
});
