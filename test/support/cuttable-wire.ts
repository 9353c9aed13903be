import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** The wire to a server, byte by byte, until somebody cuts it; new connections are through again at once. */
export interface CuttableWire {
  readonly url: string;
  /** Cuts every connection now. */
  cut(): void;
  /** Cuts the connection that next brings something from the server, in the middle of what it brings. */
  cutInNextAnswer(): void;
  /** Cuts the WebSocket on which the next frame goes to the server, in the middle of the frame. */
  cutInNextFrame(): void;
  close(): Promise<void>;
}

export const startCuttableWire = async (url: string): Promise<CuttableWire> => {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let cutsInAnswer = 0;
  let cutsInFrame = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', end).once('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    let isWebSocket = false;
    client.on('data', (bytes) => {
      const isFrame = isWebSocket;
      isWebSocket ||= /^upgrade: websocket/im.test(bytes.toString('latin1'));
      if (!isFrame || cutsInFrame === 0) return void upstream.write(bytes);
      cutsInFrame -= 1;
      upstream.write(bytes.subarray(0, bytes.length / 2), end);
    });
    upstream.on('data', (bytes) => {
      if (cutsInAnswer === 0) return void client.write(bytes);
      cutsInAnswer -= 1;
      client.write(bytes.subarray(0, bytes.length / 2), end);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    cutInNextAnswer: () => void (cutsInAnswer += 1),
    cutInNextFrame: () => void (cutsInFrame += 1),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
