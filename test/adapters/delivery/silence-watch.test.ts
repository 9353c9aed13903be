import { watchSilence } from '../../../src/adapters/delivery/ws-live-session.js';
import { HandTimer } from '../../support/steady-host.js';

const watched = () => {
  const session = { count: 0, suspended: false, asked: 0, onAsk: (): void => undefined };
  return {
    session,
    watch: {
      frames: () => session.count,
      isSuspended: () => session.suspended,
      ask: () => {
        session.asked += 1;
        session.onAsk();
      },
    },
  };
};

describe('silence watch', () => {
  const run = (watch: Parameters<typeof watchSilence>[0]) => {
    const timer = new HandTimer();
    const stop = new AbortController();
    let verdict: boolean | undefined;
    const done = watchSilence(watch, 60_000, timer, stop.signal).then((silent) => (verdict = silent));
    return { timer, stop, done, verdict: () => verdict };
  };

  it('speaks up after a minute of silence, and not before', async () => {
    const { watch, session } = watched();
    const { timer, verdict } = run(watch);
    await timer.pass(59_999);
    expect(verdict()).toBeUndefined();
    expect(session.asked).toBe(1);
    await timer.pass(1);
    expect(verdict()).toBe(true);
  });

  it('takes any frame for life', async () => {
    const { watch, session } = watched();
    const { timer, stop, done, verdict } = run(watch);
    for (let each = 0; each < 20; each++) {
      await timer.pass(50_000);
      session.count += 1;
    }
    expect(verdict()).toBeUndefined();
    stop.abort();
    expect(await done).toBe(false);
  });

  it('asks a hub that has nothing to say, and its answer is enough', async () => {
    const { watch, session } = watched();
    session.onAsk = () => (session.count += 1);
    const { timer, verdict } = run(watch);
    await timer.pass(600_000);
    expect(verdict()).toBeUndefined();
    expect(session.asked).toBeGreaterThan(10);
  });

  it('does not blame the hub while we ourselves do not read', async () => {
    const { watch, session } = watched();
    session.suspended = true;
    const { timer, verdict } = run(watch);
    await timer.pass(600_000);
    expect(verdict()).toBeUndefined();
    session.suspended = false;
    await timer.pass(60_000);
    expect(verdict()).toBe(true);
  });
});
