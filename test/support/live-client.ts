import WebSocket from 'ws';

export type Frame = Readonly<Record<string, unknown>>;

/** A bare client of a hub's live sessions: sends what a test says and hands out what comes back, in order. */
export interface LiveClient {
  send(frame: unknown): void;
  /** The next frame, or the next one of that type. */
  next(type?: string): Promise<Frame>;
  readonly closed: Promise<number>;
  readonly socket: WebSocket;
  end(): void;
}

/** Connects with a live token; rejects with the status of a refused upgrade. */
export const connectLive = (url: string, liveToken: string, path = '/ws/v1/events/'): Promise<LiveClient> =>
  new Promise((resolve, reject) => {
    const headers = liveToken === '' ? {} : { authorization: `Bearer ${liveToken}` };
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}${path}`, { headers });
    const frames: Frame[] = [];
    const waiting: { readonly type: string | undefined; readonly take: (frame: Frame) => void }[] = [];
    const closed = new Promise<number>((ended) => socket.on('close', (code) => ended(code)));
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as Frame;
      const at = waiting.findIndex(({ type }) => type === undefined || type === frame['type']);
      const [taker] = at < 0 ? [] : waiting.splice(at, 1);
      if (taker === undefined) frames.push(frame);
      else taker.take(frame);
    });
    socket.on('unexpected-response', (_request, response) => {
      reject(new Error(String(response.statusCode)));
      socket.terminate();
    });
    socket.on('error', reject);
    socket.on('open', () =>
      resolve({
        socket,
        closed,
        send: (frame) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
        next: (type) => {
          const at = frames.findIndex((frame) => type === undefined || frame['type'] === type);
          const [frame] = at < 0 ? [] : frames.splice(at, 1);
          return frame === undefined
            ? new Promise((take) => waiting.push({ type, take }))
            : Promise.resolve(frame);
        },
        end: () => socket.terminate(),
      }),
    );
  });

/** A token for one live connection of a signed-in team. */
export const liveTokenFor = async (url: string, accessToken: string): Promise<string> => {
  const response = await fetch(`${url}/api/v1/ws-token/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}` },
  });
  return ((await response.json()) as { ws_token: string }).ws_token;
};
