import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { BIN } from './run-cli.js';
import type { Sandbox } from './sandbox.js';

/** The built server, spoken to without a client, so that it can be left in the middle of anything. */
export const startServer = (box: Sandbox): ChildProcessWithoutNullStreams =>
  spawn(process.execPath, [BIN, 'mcp'], { cwd: box.project, env: box.env });

export const line = (message: object): string => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`;

/** What a host of the era before says first. */
export const HELLO =
  line({
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
  }) + line({ method: 'notifications/initialized' });

export const call = (id: number, name: string, args: object, _meta?: object): string =>
  line({
    id,
    method: 'tools/call',
    params: { name, arguments: args, ...(_meta === undefined ? {} : { _meta }) },
  });

/** Messages of a server, each as soon as it is there. */
export const messages = (server: ChildProcessWithoutNullStreams) => {
  const seen: any[] = [];
  const waiting = new Set<() => void>();
  let rest = '';
  server.stdout.on('data', (piece: Buffer) => {
    const lines = (rest + piece.toString()).split('\n');
    rest = lines.pop() ?? '';
    seen.push(...lines.map((each) => JSON.parse(each) as unknown));
    for (const wake of waiting) wake();
  });
  const first = async (isIt: (message: any) => boolean): Promise<any> => {
    for (;;) {
      const found = seen.find(isIt);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => waiting.add(resolve));
    }
  };
  /** Resolves to nothing when the server has gone. */
  const end = new Promise<undefined>((resolve) => server.once('exit', () => resolve(undefined)));
  return { seen, first, end, answer: (id: number) => first((message) => message.id === id) };
};
