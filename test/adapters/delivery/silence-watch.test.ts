import { EventEmitter } from 'node:events';
import { WsLiveSession } from '../../../src/adapters/delivery/ws-live-session.js';
import type { SessionEnd } from '../../../src/ports/delivery.js';
import { HandTimer } from '../../support/steady-host.js';

/** A socket that is open and says nothing by itself. */
class Socket extends EventEmitter {
  isPaused = false;
  asked = 0;
  answers = false;

  ping(): void {
    this.asked += 1;
    if (this.answers) this.emit('pong');
  }

  terminate(): void {
    this.emit('close', 1006, '');
  }
}

const opened = () => {
  const timer = new HandTimer();
  const socket = new Socket();
  const session = new WsLiveSession(socket as never, timer, 60_000, String);
  let end: SessionEnd | undefined;
  void session.ended.then((how) => (end = how));
  socket.emit('open');
  return { socket, timer, end: () => end };
};

const LOST = { reason: 'lost', detail: 'nothing heard for 60 s' };

describe('a session without frames', () => {
  it('ends after a minute of silence, and not before', async () => {
    const { socket, timer, end } = opened();
    await timer.pass(59_999);
    expect(end()).toBeUndefined();
    expect(socket.asked).toBe(1);
    await timer.pass(1);
    expect(end()).toEqual(LOST);
  });

  it('lives by any frame, and is watched no longer than it lasts', async () => {
    const { socket, timer, end } = opened();
    for (let each = 0; each < 20; each++) {
      await timer.pass(50_000);
      socket.emit('ping');
    }
    expect(end()).toBeUndefined();
    socket.terminate();
    await timer.pass(600_000);
    expect(end()).toMatchObject({ detail: 'closed with code 1006' });
  });

  it('asks a hub that has nothing to say, and its answer is enough', async () => {
    const { socket, timer, end } = opened();
    socket.answers = true;
    await timer.pass(600_000);
    expect(end()).toBeUndefined();
    expect(socket.asked).toBeGreaterThan(10);
  });

  it('is not blamed on the hub while we ourselves do not read', async () => {
    const { socket, timer, end } = opened();
    socket.isPaused = true;
    await timer.pass(600_000);
    expect(end()).toBeUndefined();
    socket.isPaused = false;
    await timer.pass(60_000);
    expect(end()).toEqual(LOST);
  });
});
