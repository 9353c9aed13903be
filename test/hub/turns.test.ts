import { setImmediate } from 'node:timers/promises';
import { Turns } from '../../src/app/hub/turns.js';

describe('turns', () => {
  it('let so many work, so many wait, and turn the rest away', async () => {
    const turns = new Turns(1);
    const order: string[] = [];
    let finishFirst = (): void => undefined;
    const first = turns.take(
      'a',
      () => new Promise<string>((resolve) => (finishFirst = () => resolve('first'))),
    );
    const second = turns.take('a', () => {
      order.push('second begins');
      return Promise.resolve('second');
    });
    expect(await turns.take('a', () => Promise.resolve('third'))).toBe('full');
    order.push('first ends');
    finishFirst();
    expect(await Promise.all([first, second])).toEqual(['first', 'second']);
    expect(order).toEqual(['first ends', 'second begins']);
    expect(await turns.take('a', () => Promise.resolve('fourth'))).toBe('fourth');
  });

  it('are given back when the work fails', async () => {
    const turns = new Turns(0);
    await expect(turns.take('a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await setImmediate();
    expect(await turns.take('a', () => Promise.resolve('next'))).toBe('next');
  });

  it('are for as many at once as it is told, and for others before the second of one', async () => {
    const turns = new Turns(5, 2);
    const order: string[] = [];
    const take = (whose: string, name: string) =>
      turns.take(whose, async () => {
        order.push(name);
        await setImmediate();
      });
    await Promise.all([take('a', '1'), take('a', '2'), take('a', '3'), take('a', '4'), take('b', '5')]);
    expect(order.slice(0, 2)).toEqual(['1', '2']);
    expect(order.indexOf('5')).toBeLessThan(order.indexOf('4'));
  });
});
