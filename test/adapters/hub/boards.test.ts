import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import fc from 'fast-check';
import { BoardProjection } from '../../support/board-projection.js';
import { compareCausal } from '../../../src/domain/events/lamport.js';
import type { EnvelopeDocument } from '../../../src/domain/events/envelope.js';
import { featuresOf, incoming, makeEvent, PROJECT } from '../../support/hub-events.js';
import { setUpSqliteHub, type SqliteHubSetup } from './sqlite-hub-setup.js';

/** What the same events give when they are folded in memory, one after the other in their order. */
const expectedOf = (events: readonly EnvelopeDocument[]) => {
  const projection = new BoardProjection();
  for (const event of events.map((each) => incoming(each).event).sort(compareCausal)) projection.add(event);
  return projection.board(PROJECT);
};

const LANES = ['planned', 'doing', 'for_review', 'done'];

const transition = (clock: number, node: string, wp = 'WP01') =>
  makeEvent(
    { lamport_clock: clock, node_id: node },
    { wp_id: wp, previous_status: LANES[clock % 3], new_status: LANES[(clock % 3) + 1] },
  );

describe('boards beside the log', () => {
  let at: SqliteHubSetup;
  beforeEach(async () => (at = await setUpSqliteHub()));
  afterEach(() => at.dispose());

  const append = async (team: string, events: readonly EnvelopeDocument[], size: number): Promise<void> => {
    for (let from = 0; from < events.length; from += size)
      await at.stores.store.forTeam(team).append(events.slice(from, from + size).map(incoming));
  };
  const boardOf = (team: string) => featuresOf(at.stores.store.forTeam(team), PROJECT);
  const database = () => new DatabaseSync(join(at.directory, 'hub.sqlite'));

  it('come out the same when machines far apart in time deliver in turns, and a reader looks in between', async () => {
    const old = Array.from({ length: 900 }, (_, index) => transition(index, 'bbbbbbbbbbbb'));
    const recent = Array.from({ length: 900 }, (_, index) => transition(500 + index, 'aaaaaaaaaaaa'));
    await append('acme', recent, 300);
    expect(await boardOf('acme')).toEqual(expectedOf(recent));
    for (let from = 0; from < old.length; from += 150) {
      await append('acme', old.slice(from, from + 150), 75);
      expect(await boardOf('acme')).toEqual(expectedOf([...recent, ...old.slice(0, from + 150)]));
    }
  });

  it('come out the same after any deliveries, in any pieces', async () => {
    let teams = 0;
    const event = fc.tuple(fc.nat(40), fc.constantFrom('a', 'b', 'c'), fc.constantFrom('WP01', 'WP02'));
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 400 }),
        fc.integer({ min: 1, max: 90 }),
        async (all, size) => {
          const team = `team-${teams++}`;
          const events = all.map(([clock, node, wp]) => transition(clock, node, wp));
          await append(team, events, size);
          expect(await boardOf(team)).toEqual(expectedOf(events));
        },
      ),
      { numRuns: 25 },
    );
  });

  it('end with a crowd of equal clocks, of which the latest are kept and the others counted', async () => {
    const crowd = Array.from({ length: 1500 }, (_, index) => transition(7, index % 2 === 0 ? 'a' : 'b'));
    await append('acme', crowd, 500);
    const [board] = await boardOf('acme');
    expect(board?.work_packages).toMatchObject([{ transitions: 1500, front_left_out: 1480 }]);
    expect(board?.work_packages[0]?.front).toHaveLength(20);
    expect([board]).toEqual(expectedOf(crowd));
  });

  it('tell cells apart that have the same number', async () => {
    const events = Array.from({ length: 900 }, (_, index) =>
      transition(index, 'a', index < 850 ? 'WP01' : 'WP02'),
    );
    await append('acme', events, 300);
    await boardOf('acme');
    database().exec(
      "update events set cell = 5; update board_cells set cell = 5, behind = 1, through = '', state = ''",
    );
    expect(await boardOf('acme')).toEqual(expectedOf(events));
  });

  it('are complete after a hub that ended before it had folded what it stored', async () => {
    const events = Array.from({ length: 50 }, (_, index) => transition(index, 'a'));
    await append('acme', events, 50);
    const next = await at.reopen();
    expect(await featuresOf(next.store.forTeam('acme'), PROJECT)).toEqual(expectedOf(events));
  });

  it('keep of what one event says only so much', async () => {
    const long = 'ä'.repeat(50_000);
    await append(
      'acme',
      [
        makeEvent(
          { event_type: 'WPCreated' },
          {
            title: long,
            status: 'planned',
            dependencies: Array.from({ length: 3000 }, (_, id) => `WP${id}`),
          },
        ),
        makeEvent({ event_type: 'ErrorLogged', lamport_clock: 2 }, { error_type: long, error_message: long }),
      ],
      2,
    );
    const [board] = await boardOf('acme');
    expect(JSON.stringify(board).length).toBeLessThan(20_000);
    expect(board?.work_packages[0]?.dependencies).toHaveLength(200);
  });
});
