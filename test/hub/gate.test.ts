import { Gate } from '../../src/app/hub/sign-in-desk.js';

describe('a gate', () => {
  it('lets so many work, so many wait, and turns the rest away', async () => {
    const gate = new Gate(1, 1);
    const order: string[] = [];
    let finishFirst = (): void => undefined;
    const first = gate.pass(() => new Promise<string>((resolve) => (finishFirst = () => resolve('first'))));
    const second = gate.pass(() => {
      order.push('second begins');
      return Promise.resolve('second');
    });
    expect(await gate.pass(() => Promise.resolve('third'))).toBe('full');
    order.push('first ends');
    finishFirst();
    expect(await Promise.all([first, second])).toEqual(['first', 'second']);
    expect(order).toEqual(['first ends', 'second begins']);
    expect(await gate.pass(() => Promise.resolve('fourth'))).toBe('fourth');
  });

  it('gives its place back when the work fails', async () => {
    const gate = new Gate(1, 0);
    await expect(gate.pass(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await gate.pass(() => Promise.resolve('next'))).toBe('next');
  });
});
