import { keepValid, type IssuedLive } from '../../../src/app/delivery/live-link.js';
import { ControlledTime } from '../../../src/adapters/memory/memory-host.js';
import type { Account } from '../../../src/domain/outbox/account.js';
import type { LiveSession } from '../../../src/ports/delivery.js';

const ACCOUNT: Account = { hub: { url: 'https://hub.example.org' }, team: 'acme', username: 'ada' };

/** A session that is kept valid, with what was done to it. */
const kept = (
  { lifetimeSeconds = 900, capabilities = ['ack', 'auth'] },
  issue: (call: number) => IssuedLive | string,
) => {
  const time = new ControlledTime();
  const startedAtMs = time.nowMs();
  const done: string[] = [];
  const over = new AbortController();
  const session = {
    snapshot: { type: 'snapshot', work_packages: [], capabilities },
    renew: async (token: string) => void done.push(`${token} after ${(time.nowMs() - startedAtMs) / 1000} s`),
    close: async () => void done.push('closed'),
  } as unknown as LiveSession;
  let calls = 0;
  const ended = keepValid(
    { session, account: ACCOUNT, lifetimeSeconds },
    async () => issue((calls += 1)),
    time,
    over.signal,
  );
  return { time, done, ended, end: () => over.abort(), session };
};

const live = (call: number, lifetimeSeconds = 900, account = ACCOUNT): IssuedLive => ({
  account,
  live: { token: `token-${call}`, lifetimeSeconds },
});

describe('the token of a live session', () => {
  it('is renewed in place when half of its life is over, again and again', async () => {
    const { time, done, ended, end } = kept({}, (call) => live(call));
    await time.advance(900_000);
    expect(done).toEqual(['token-1 after 450 s', 'token-2 after 900 s']);
    end();
    await ended;
    expect(time.sleeping).toBe(0);
  });

  it('is left alone where the hub cannot renew it', async () => {
    const { time, done, ended } = kept({ capabilities: ['ack'] }, (call) => live(call));
    await ended;
    expect(time.sleeping).toBe(0);
    expect(done).toEqual([]);
  });

  it('is asked for again soon when there was none to be had', async () => {
    const { time, done, ended, end } = kept({}, (call) => (call < 3 ? 'attempt-failed' : live(call)));
    await time.advance(500_000);
    expect(done).toEqual(['token-3 after 470 s']);
    end();
    await ended;
  });

  it('is never replaced by that of another account: the session ends', async () => {
    const { time, done, ended } = kept({}, (call) => live(call, 900, { ...ACCOUNT, team: 'birch' }));
    await time.advance(900_000);
    await ended;
    expect(done).toEqual(['closed']);
  });

  it('is not renewed any more when the session ends while it is asked for', async () => {
    const { time, done, ended, end } = kept({}, (call) => {
      end();
      return live(call);
    });
    await time.advance(900_000);
    await ended;
    expect(done).toEqual([]);
  });
});
