import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { misbehave, type Misbehaviour } from './misbehaviour.js';

/** A request as somebody who must not be trusted has got it. */
export interface HeardRequest {
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface HostileHub {
  readonly url: string;
  readonly heard: readonly HeardRequest[];
  close(): Promise<void>;
}

/** A server that does one thing to every request, upgrades to a live connection included. */
export const startHostileHub = async (fault: Misbehaviour): Promise<HostileHub> => {
  const heard: HeardRequest[] = [];
  const sockets = new Set<Socket>();
  const take = async (request: IncomingMessage): Promise<void> => {
    let body = '';
    for await (const chunk of request) body += (chunk as Buffer).toString('latin1');
    heard.push({ url: request.url ?? '', authorization: request.headers.authorization, body });
  };
  const server = createServer((request, response: ServerResponse) => {
    void take(request).then(
      () => misbehave(fault, response, () => ({ status: 200, body: '{}' })),
      () => undefined,
    );
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
    heard.push({ url: request.url ?? '', authorization: request.headers.authorization, body: '' });
    const location = typeof fault === 'object' && 'headers' in fault ? fault.headers['location'] : undefined;
    socket.end(
      location === undefined
        ? 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: \x1b[2J\r\n\r\n'
        : `HTTP/1.1 302 Found\r\nLocation: ${location}\r\n\r\n`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
};
