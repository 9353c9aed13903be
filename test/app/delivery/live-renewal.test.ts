import { LiveLink } from '../../../src/app/delivery/live-link.js';
import { ControlledTime, SeededRandomness } from '../../../src/adapters/memory/memory-host.js';
import { MemoryLamportStore } from '../../../src/adapters/memory/memory-outbox.js';
import type { Account } from '../../../src/domain/outbox/account.js';
import { err, ok } from '../../../src/domain/result.js';
import type { LiveSession, SessionEnd, TokenIssuer } from '../../../src/ports/delivery.js';

const ACCOUNT: Account = { hub: { url: 'https://hub.example.org' }, team: 'acme', username: 'ada' };

/** What is issued for the n-th time while the session lasts, and to whom; `undefined` where nothing is. */
type Issue = (call: number) => { readonly account?: Account; readonly lifetimeSeconds?: number } | undefined;

/** A link with one session, which is kept valid, and what was done to it. */
const kept = async (
  { lifetimeSeconds = 900, capabilities = ['ack', 'auth'] },
  issue: Issue,
): Promise<{
  readonly time: ControlledTime;
  readonly done: readonly string[];
  readonly ended: Promise<void>;
  readonly end: () => void;
}> => {
  const time = new ControlledTime();
  const startedAtMs = time.nowMs();
  const done: string[] = [];
  const stop = new AbortController();
  let finish = (_end: SessionEnd): void => undefined;
  const over = new Promise<SessionEnd>((resolve) => (finish = resolve));
  const session: LiveSession = {
    snapshot: { type: 'snapshot', work_packages: [], capabilities },
    send: async () => undefined,
    renew: async (token) => void done.push(`${token} after ${(time.nowMs() - startedAtMs) / 1000} s`),
    // The session says nothing until it is over.
    messages: () => ({ [Symbol.asyncIterator]: () => ({ next: async () => ended() }) }),
    ignoredFrames: () => 0,
    ended: over,
    close: async () => {
      if (!stop.signal.aborted) done.push('closed');
      // There is no next session here.
      stop.abort();
      finish({ reason: 'closed-by-us' });
    },
  };
  const ended = async () => over.then(() => ({ done: true as const, value: undefined }));
  let calls = -1;
  const next = () => ((calls += 1) === 0 ? { lifetimeSeconds } : issue(calls));
  let issued: ReturnType<Issue>;
  const link = new LiveLink({
    accessTokens: {
      get: async () => {
        issued = next();
        return { state: 'granted', token: 'any', account: issued?.account ?? ACCOUNT };
      },
    },
    tokenIssuer: {
      liveToken: async () =>
        issued === undefined
          ? err({ fault: 'unavailable', reason: 'down' })
          : ok({ token: `token-${calls}`, lifetimeSeconds: issued.lifetimeSeconds ?? 900 }),
    } as Partial<TokenIssuer> as TokenIssuer,
    liveTransport: { open: async () => session },
    lamport: new MemoryLamportStore(),
    timer: time,
    randomness: new SeededRandomness(),
  });
  const running = link.run(() => undefined, stop.signal);
  await time.advance(0);
  return { time, done, ended: running, end: () => stop.abort() };
};

describe('the token of a live session', () => {
  it('is renewed in place when half of its life is over, again and again', async () => {
    const { time, done, ended, end } = await kept({}, () => ({}));
    await time.advance(900_000);
    expect(done).toEqual(['token-1 after 450 s', 'token-2 after 900 s']);
    end();
    await ended;
    expect(time.sleeping).toBe(0);
  });

  it('is left alone where the hub cannot renew it', async () => {
    const { time, done, ended, end } = await kept({ capabilities: ['ack'] }, () => ({}));
    await time.advance(900_000);
    expect(time.sleeping).toBe(0);
    expect(done).toEqual([]);
    end();
    await ended;
  });

  it('is asked for again soon when there was none to be had', async () => {
    const { time, done, ended, end } = await kept({}, (call) => (call < 3 ? undefined : {}));
    await time.advance(500_000);
    expect(done).toEqual(['token-3 after 470 s']);
    end();
    await ended;
  });

  it('is never replaced by that of another account: the session ends', async () => {
    const { time, done, ended } = await kept({}, () => ({ account: { ...ACCOUNT, team: 'birch' } }));
    await time.advance(900_000);
    await ended;
    expect(done).toEqual(['closed']);
  });

  it('is not renewed any more when the session ends while it is asked for', async () => {
    const { time, done, ended, end } = await kept({}, () => {
      end();
      return {};
    });
    await time.advance(900_000);
    await ended;
    expect(done).toEqual([]);
  });
});
