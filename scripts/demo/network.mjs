import { connect, createServer } from 'node:net';

/**
 * The wire between client and hub: passes bytes through while it is plugged in, and refuses every connection while it
 * is not.
 */
export const openNetwork = async (hubUrl) => {
  const target = new URL(hubUrl);
  const sockets = new Set();
  let plugged = true;
  const server = createServer((client) => {
    if (!plugged) return client.destroy();
    const hub = connect(Number(target.port), target.hostname);
    for (const [socket, other] of [
      [client, hub],
      [hub, client],
    ]) {
      sockets.add(socket);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.on('error', () => socket.destroy());
      socket.pipe(other);
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const pull = () => {
    plugged = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    pull,
    giveBack: () => {
      plugged = true;
    },
    close: () => {
      pull();
      return new Promise((resolve) => server.close(resolve));
    },
  };
};
