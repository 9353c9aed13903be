import type { LiveListeners } from '../../../src/app/delivery/live-link.js';
import { MemoryEventReader } from '../../../src/adapters/memory/memory-transports.js';
import { EventTail, type TailInput } from '../../../src/app/delivery/event-tail.js';
import type { MemoryHub } from '../../../src/adapters/memory/memory-hub.js';
import { DeliveryWorld, HUB_URL } from '../../support/delivery-world.js';
import { PROJECT } from '../../support/facts.js';
import { envelopeOf } from '../../support/outgoing-events.js';

const ACME = { username: 'bob', team: 'acme' };
const OTHER = '660e8400-e29b-41d4-a716-446655440001';

const controllers: { abort(): void; ended: Promise<unknown> }[] = [];

afterEach(async () => {
  for (const { abort, ended } of controllers.splice(0)) {
    abort();
    await ended;
  }
});

let made = 0;

/** So many events that somebody else of the team sends to the hub; returns their ids. */
const arrive = (hub: MemoryHub, count: number, project = PROJECT): readonly string[] => {
  const events = Array.from({ length: count }, () =>
    envelopeOf((made += 1), { project_uuid: project as never, node_id: 'bbbbbbbbbbbb' }),
  );
  hub.receive(ACME, events);
  return events.map(({ event_id: id }) => id);
};

const ready = async (options: ConstructorParameters<typeof DeliveryWorld>[0] = {}) => {
  const world = new DeliveryWorld(options);
  await world.signIn();
  const reader = new MemoryEventReader(world.network, 2);
  const shown: string[] = [];
  const tail = (input: Partial<TailInput> = {}): { readonly ended: Promise<unknown> } => {
    const host = {
      accessTokens: world.tokens,
      eventReader: reader,
      liveLinkTo: (listeners: LiveListeners) => world.link(listeners),
    };
    const onEvent: TailInput['onEvent'] = (event) => void shown.push(String(event['event_id']));
    const controller = new AbortController();
    const running = new EventTail(host, { onEvent, ...input }).run(controller.signal);
    const ended = running.catch((error: unknown) => error);
    controllers.push({ abort: () => controller.abort(), ended });
    return { ended };
  };
  /** Until everybody has reconnected. */
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 4; turn++) await world.time.advance(1000);
  };
  return { world, hub: world.hub, reader, shown, tail, settle };
};

describe('following the events of a team', () => {
  it('begins with what arrives from now on', async () => {
    const { hub, shown, tail, settle } = await ready();
    arrive(hub, 3);
    tail();
    await settle();
    const later = arrive(hub, 2);
    await settle();
    expect(shown).toEqual(later);
  });

  it.each([
    ['a number', (): number => 2, 2],
    ['the beginning', (): number => 0, 0],
    ['an event', (ids: readonly string[]): string => ids[3]!, 4],
  ])('begins after %s, and goes on live, each event once', async (_, cursor, from) => {
    const { hub, shown, tail, settle } = await ready();
    const ids = arrive(hub, 7);
    tail({ after: cursor(ids) });
    await settle();
    const later = arrive(hub, 2);
    await settle();
    expect(shown).toEqual([...ids.slice(from), ...later]);
  });

  it('shows what arrives while it reads the past after it, once', async () => {
    const { hub, reader, shown, tail, settle } = await ready();
    const ids = [...arrive(hub, 5)];
    const read = reader.read.bind(reader);
    reader.read = async (...call) => {
      const answer = await read(...call);
      if (ids.length < 9) ids.push(...arrive(hub, 1));
      return answer;
    };
    tail({ after: 0 });
    await settle();
    expect(shown).toEqual(ids);
  });

  it('shows after a loss what it missed meanwhile, in order, also without any cursor at the beginning', async () => {
    const { hub, shown, tail, settle } = await ready();
    arrive(hub, 2);
    tail();
    await settle();
    const ids = [...arrive(hub, 1)];
    for (let loss = 0; loss < 3; loss++) {
      hub.endSessions('lost');
      ids.push(...arrive(hub, 3));
      await settle();
      ids.push(...arrive(hub, 1));
      await settle();
    }
    expect(shown).toEqual(ids);
  });

  it('tries again when what it missed cannot be read', async () => {
    const { hub, reader, shown, tail, settle } = await ready();
    tail();
    await settle();
    hub.endSessions('lost');
    const ids = arrive(hub, 3);
    const read = reader.read.bind(reader);
    let failures = 2;
    reader.read = async (...call) =>
      failures-- > 0 ? { answer: 'unavailable', reason: 'reset' } : read(...call);
    await settle();
    await settle();
    expect(shown).toEqual(ids);
  });

  it('renews its token while it reads', async () => {
    const { world, hub, shown, tail, settle } = await ready();
    const ids = arrive(hub, 3);
    world.hub.signIns.expireAccess();
    tail({ after: 0 });
    await settle();
    expect(shown).toEqual(ids);
  });

  it('shows events of one project only, and passes over the others', async () => {
    const { hub, shown, tail, settle } = await ready();
    const wanted = [...arrive(hub, 2), ...(arrive(hub, 3, OTHER), arrive(hub, 1))];
    tail({ after: 0, projectUuid: PROJECT });
    await settle();
    arrive(hub, 2, OTHER);
    wanted.push(...arrive(hub, 1));
    hub.endSessions('lost');
    arrive(hub, 1, OTHER);
    wanted.push(...arrive(hub, 1));
    await settle();
    expect(shown).toEqual(wanted);
  });

  it('follows a hub that was set back', async () => {
    const { hub, shown, tail, settle } = await ready();
    const ids = arrive(hub, 4);
    tail({ after: 0 });
    await settle();
    hub.endSessions('lost');
    for (const id of ids.slice(2)) hub.lose('acme', id);
    await settle();
    const later = arrive(hub, 1);
    await settle();
    expect(shown).toEqual([...ids, ...later]);
  });

  it('shows a hub that was restored from the beginning, and says so', async () => {
    const { hub, shown, tail, settle } = await ready();
    const restored: string[] = [];
    const ids = arrive(hub, 4);
    tail({ after: 0, onRestored: (account) => restored.push(account.hub.url) });
    await settle();
    hub.endSessions('lost');
    for (const id of ids.slice(2)) hub.lose('acme', id);
    hub.history = 'second';
    // More than the cursor: the numbers alone do not tell.
    const later = arrive(hub, 9);
    await settle();
    expect(shown).toEqual([...ids, ...ids.slice(0, 2), ...later]);
    expect(restored).toEqual([HUB_URL]);
  });

  it('shows everything when the number that it is given is of another history', async () => {
    const { hub, shown, tail, settle } = await ready();
    const ids = arrive(hub, 3);
    let restored = 0;
    tail({ after: 99, onRestored: () => (restored += 1) });
    await settle();
    expect([shown, restored]).toEqual([ids, 1]);
  });

  it('begins anew for another account', async () => {
    const { world, hub, shown, tail, settle } = await ready();
    tail();
    await settle();
    arrive(hub, 9);
    await settle();
    shown.length = 0;
    await world.signIn('bob');
    hub.endSessions('lost');
    hub.receive({ username: 'eve', team: 'birch' }, [envelopeOf(900, { team_slug: 'birch' })]);
    await settle();
    expect(shown).toEqual([]);
    const event = envelopeOf(901, { team_slug: 'birch' });
    hub.receive({ username: 'eve', team: 'birch' }, [event]);
    await settle();
    expect(shown).toEqual([event.event_id]);
  });

  it('at a hub without numbers shows what arrives while it is connected, as it is', async () => {
    const { world, hub, tail, settle } = await ready({ capabilities: [] });
    const events: object[] = [];
    tail({ onEvent: (event) => void events.push(event) });
    await settle();
    const event = { ...envelopeOf(7), type: 'event', hub_sequence: 'of its writer' };
    hub.broadcast(event as never);
    await settle();
    expect(events).toEqual([{ ...envelopeOf(7), hub_sequence: 'of its writer' }]);
    expect(await world.credentials.read()).toMatchObject({ state: 'present' });
  });

  it('says why earlier events cannot be shown', async () => {
    const { world, hub, reader, tail } = await ready();
    arrive(hub, 1);
    const failure = (input: Partial<TailInput>): Promise<unknown> => tail(input).ended;
    expect(await failure({ after: '01KH0000000000000000000ZZZ' })).toMatchObject({ kind: 'input-invalid' });
    const read = reader.read.bind(reader);
    reader.read = async () => ({ answer: 'unauthorized' });
    expect(await failure({ after: 0 })).toMatchObject({ kind: 'session-expired' });
    reader.read = async () => ({ answer: 'unavailable', reason: 'status 500' });
    expect(await failure({ after: 0 })).toMatchObject({ kind: 'unreachable' });
    reader.read = async () => ({ answer: 'unsupported' });
    expect(await failure({ after: 0 })).toMatchObject({ kind: 'protocol-mismatch' });
    reader.read = read;
    const reading = await world.credentials.read();
    if (reading.state !== 'present') throw new Error('not signed in');
    await world.credentials.update(async () => ({ ...reading.credentials, server: { url: HUB_URL } }));
    reader.read = () => Promise.reject(new Error('asked a hub that has not announced itself'));
    expect(await failure({ after: 0 })).toMatchObject({ kind: 'protocol-mismatch' });
  });
});
