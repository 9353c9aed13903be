import { setImmediate } from 'node:timers/promises';
import { DEFAULT_HUB_LIMITS } from '../../src/app/hub/hub-limits.js';
import { LiveTeam, type LiveNeeds } from '../../src/app/hub/live-team.js';
import type { EventStore, NewsListener, TeamEvents } from '../../src/ports/hub.js';
import { silentLog } from '../support/hub.js';

/** A team with one listener. A second event is stored so many turns of the microtask queue after the first one was read. */
const heardWhenStoredAfter = async (turns: number): Promise<string> => {
  let stored = 1;
  let tell: NewsListener = () => undefined;
  const storeAnother = async (): Promise<void> => {
    for (let turn = 0; turn < turns; turn++) await undefined;
    tell((stored = 2));
  };
  const events: Pick<TeamEvents, 'position' | 'read' | 'recentWorkPackages'> = {
    position: () => Promise.resolve({ lamport: 0, sequence: 0 }),
    recentWorkPackages: () => Promise.resolve([]),
    read: ({ after }) => {
      const next = stored;
      if (after === 0) void storeAnother();
      const received_at = '2026-01-01T12:00:00.000Z';
      const known = { received_at, known: true, document: '{"a":1}' };
      const numbers = Array.from({ length: next - after }, (_, at) => after + at + 1);
      return Promise.resolve({
        events: numbers.map((sequence) => ({ ...known, sequence })),
        next,
        more: false,
      });
    },
  };
  const store: Pick<EventStore, 'forTeam' | 'follow'> = {
    forTeam: () => events as TeamEvents,
    follow: (_team, listener) => {
      tell = listener;
      return () => undefined;
    },
  };
  const needs = { store, limits: DEFAULT_HUB_LIMITS, log: silentLog } as unknown as LiveNeeds;
  const team = new LiveTeam('acme', needs, () => undefined);
  let heard = '';
  team.join({
    hasRoom: true,
    hear: ({ bytes }) => (heard += bytes.toString('latin1')),
    giveUp: () => undefined,
  });
  await team.snapshot();
  tell(1);
  for (let turn = 0; turn < 20; turn++) await setImmediate();
  return heard;
};

describe('those who listen to a team', () => {
  it('hear of what is stored at whatever moment, also at the one in which the news end', async () => {
    for (let turns = 0; turns < 60; turns++)
      expect([turns, await heardWhenStoredAfter(turns)]).toEqual([
        turns,
        expect.stringContaining('"hub_sequence":2'),
      ]);
  });
});
