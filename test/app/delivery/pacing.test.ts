import { ControlledTime } from '../../../src/adapters/memory/memory-host.js';
import { Flush } from '../../../src/app/delivery/flush.js';
import { DeliveryRoute, pacingBy } from '../../../src/app/delivery/courier.js';
import { DeliveryWorld } from '../../support/delivery-world.js';

describe('the pace of batches', () => {
  it('keeps two turns as far apart as was set, and makes nobody wait who comes later anyway', async () => {
    const time = new ControlledTime();
    const pacing = pacingBy(async () => 5000, time, time);
    const start = time.nowMs();
    const turns: number[] = [];
    const turn = async (): Promise<void> => {
      await pacing();
      turns.push(time.nowMs() - start);
    };
    await turn();
    const second = turn();
    await time.advance(4999);
    expect(turns).toEqual([0]);
    await time.advance(1);
    await second;
    await time.advance(60_000);
    await turn();
    expect(turns).toEqual([0, 5000, 65_000]);
  });

  it('waits no longer than the interval when the clock was set back, and not at all when it is interrupted', async () => {
    const time = new ControlledTime();
    const pacing = pacingBy(async () => 5000, time, time);
    await pacing();
    time.set(time.nowMs() - 3_600_000);
    const waiting = pacing();
    await time.advance(0);
    await time.advance(5000);
    await waiting;
    await pacing(AbortSignal.abort());
    expect(time.sleeping).toBe(0);
  });

  it('never sleeps without an interval', async () => {
    const time = new ControlledTime();
    const pacing = pacingBy(async () => 0, time, time);
    for (let count = 0; count < 3; count++) await pacing();
    expect(time.sleeping).toBe(0);
  });

  it('holds between the batches of a flush', async () => {
    const world = new DeliveryWorld();
    const ids = await world.capture(2500, await world.signIn());
    const pacing = pacingBy(async () => 5000, world.time, world.time);
    const route = new DeliveryRoute({ batchTransport: world.batches, accessTokens: world.tokens, pacing });
    const flushing = new Flush(world.flushHost({ route: (signal) => route.find(signal) })).run({
      isInsisted: false,
    });
    const arrived: number[] = [];
    for (let second = 0; second <= 10; second += 5) {
      for (let turn = 0; turn < 20; turn++) await world.time.advance(0);
      arrived.push(world.hub.storedIds('acme').length);
      await world.time.advance(5000);
    }
    expect(await flushing).toMatchObject({ delivered: ids.length, ended: { end: 'complete' } });
    expect(arrived).toEqual([1000, 2000, 2500]);
  });
});
