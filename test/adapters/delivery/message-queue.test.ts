import fc from 'fast-check';
import { MessageQueue } from '../../../src/adapters/delivery/ws-live-session.js';

const all = async <T>(queue: MessageQueue<T>): Promise<T[]> => {
  const values: T[] = [];
  for await (const value of queue.read()) values.push(value);
  return values;
};

describe('message queue', () => {
  it('gives the reader everything in order, however pushing and reading interleave', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.nat(), { maxLength: 5 })), async (bursts) => {
        const queue = new MessageQueue<number>({ highWater: 3 });
        const reading = all(queue);
        for (const burst of bursts) {
          for (const value of burst) queue.push(value);
          await Promise.resolve();
        }
        queue.end();
        expect(await reading).toEqual(bursts.flat());
      }),
    );
  });

  it('tells its source to pause when much waits, and to go on when half of it is read', async () => {
    const told: string[] = [];
    const queue = new MessageQueue<number>({
      highWater: 4,
      onFull: () => told.push('full'),
      onDrained: () => told.push('drained'),
    });
    for (let each = 0; each < 6; each++) queue.push(each);
    const reader = queue.read();
    for (let each = 0; each < 3; each++) await reader.next();
    expect(told).toEqual(['full']);
    await reader.next();
    expect(told).toEqual(['full', 'drained']);
  });

  it('takes nothing after its end', async () => {
    const queue = new MessageQueue<number>();
    queue.push(1);
    queue.end();
    queue.push(2);
    expect(await all(queue)).toEqual([1]);
  });
});
