import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** A proxy as companies have it: it makes tunnels by CONNECT, here all of them to one port of this machine. */
export interface ForwardProxy {
  readonly url: string;
  /** Host and port of every tunnel that was asked for, and the path of everything else. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** With `credentials` it wants them, as `user:password`, and answers 407 without. */
export const startForwardProxy = async (targetUrl: string, credentials?: string): Promise<ForwardProxy> => {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const wanted = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(502).end();
  });
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket));
  };
  server.on('connection', keep);
  server.on('connect', ({ url, headers }, client) => {
    asked.push(url ?? '');
    if (wanted !== undefined && headers['proxy-authorization'] !== wanted) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm="x"\r\n\r\n');
      return;
    }
    const hub = keep(
      connect(Number(new URL(targetUrl).port), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        hub.pipe(client);
        client.pipe(hub);
      }),
    );
    client.once('close', () => hub.destroy());
    hub.once('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
