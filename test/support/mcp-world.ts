import { Client } from '@modelcontextprotocol/client';
import { InMemoryTransport, type CallToolResult } from '@modelcontextprotocol/server';
import { createClient, type ClientOptions } from '../../src/app/index.js';
import { serve, type ServeInput } from '../../src/app/mcp/serve.js';
import type { ScratchGit } from './scratch-git.js';

/** The official client, connected to a server of ours in this process, over a real repository. */
export interface McpWorld {
  readonly host: Client;
  /** What the answer of a tool holds. An error is `{ code, message, hint, is_retryable }` in `error`. */
  call(tool: string, args?: Record<string, unknown>): Promise<any>;
  /** Ends as a host does that goes, and waits until the server has ended. */
  close(): Promise<void>;
}

interface McpWorldOptions extends Partial<Omit<ServeInput, 'client'>> {
  readonly surroundings?: Partial<ClientOptions>;
  /** Folders that the host has open. */
  readonly roots?: readonly string[];
}

export const mcpWorld = async (git: ScratchGit, options: McpWorldOptions = {}): Promise<McpWorld> => {
  const { surroundings, roots, ...serving } = options;
  const [hostSide, serverSide] = InMemoryTransport.createLinkedPair();
  const client = createClient({
    directory: git.root,
    env: git.environment,
    stateRoot: git.stateRoot,
    backgroundSync: 'off',
    stderr: { write: () => undefined },
    ...surroundings,
  });
  const served = serve({
    client,
    isNamed: false,
    version: '1.2.3',
    signal: new AbortController().signal,
    transport: serverSide,
    complain: (sentence) => {
      throw new Error(sentence);
    },
    ...serving,
  }).finally(() => client.close());
  const host = new Client(
    { name: 'test', version: '1' },
    { capabilities: roots === undefined ? {} : { roots: {} } },
  );
  if (roots !== undefined)
    host.setRequestHandler('roots/list', () => ({ roots: roots.map((uri) => ({ uri })) }));
  await host.connect(hostSide);
  // A client that knows the tools holds every answer against its schema.
  await host.listTools();
  return {
    host,
    call: async (name, args = {}) => contentOf(await host.callTool({ name, arguments: args })),
    close: async () => {
      await host.close();
      await served;
    },
  };
};

/** What an answer says; the text has to say the same as the structure. */
export const contentOf = ({ isError, structuredContent, content, _meta }: CallToolResult): any => {
  const [only, another] = content;
  if (only?.type !== 'text' || another !== undefined) throw new Error('not one piece of text');
  if (isError === true) {
    const error = _meta?.['spec-kitty/error'] as { code: string; message: string; hint: string };
    expect(only.text).toBe(`${error.code}: ${error.message}\nWhat to do: ${error.hint}`);
    return { error };
  }
  expect(JSON.parse(only.text)).toEqual(structuredContent);
  return structuredContent;
};
