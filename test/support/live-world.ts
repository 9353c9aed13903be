import { Flush } from '../../src/app/delivery/flush.js';
import type { EventMessage } from '../../src/domain/wire.js';
import { DeliveryWorld } from './delivery-world.js';

/** Links that run. */
export const controllers: { abort(): void; ended: Promise<void> }[] = [];

afterEach(async () => {
  for (const { abort, ended } of controllers.splice(0)) {
    abort();
    await ended;
  }
});

/** A world with ada signed in and a live link that runs until the test ends. */
export const linked = async (options: ConstructorParameters<typeof DeliveryWorld>[0] = {}) => {
  const world = new DeliveryWorld(options);
  // In the middle of the jitter: the delays are those of the table.
  world.randomness.next = () => 0.5;
  const account = await world.signIn();
  const statuses: string[] = [];
  const events: EventMessage[] = [];
  const link = world.link({
    onStatus: (status) => statuses.push(status),
    onEvent: (event) => void events.push(event),
  });
  let connected = 0;
  const run = async (): Promise<void> => {
    const controller = new AbortController();
    const ended = link.run(() => (connected += 1), controller.signal);
    controllers.push({ abort: () => controller.abort(), ended });
    await world.settle();
  };
  const flush = (): ReturnType<Flush['run']> =>
    new Flush(world.flushHost({ route: (signal) => world.route.find(signal, link) })).run({
      isInsisted: false,
    });
  return { world, account, link, statuses, events, run, flush, connections: () => connected };
};
