import { fileURLToPath } from 'node:url';
import {
  McpServer,
  type CallToolResult,
  type ServerContext,
  type Tool as ListedTool,
  type Transport,
} from '@modelcontextprotocol/server';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { ERROR_KINDS, isSyncError, SyncError } from '../../domain/errors.js';
import { ADVICE } from '../cli/errors/advice.js';
import type { Client } from '../library/client.js';
import { isSettled } from '../work/log-breakage.js';
import { promptText, PROMPTS } from './prompts.js';
import { READ_TOOLS } from './read-tools.js';
import { listResources, readResource, RESOURCE_TEMPLATES } from './resources.js';
import type { Tool } from './tool.js';
import { WORK_TOOLS } from './work-tools.js';

const TOOLS: readonly Tool[] = [...READ_TOOLS, ...WORK_TOOLS];

export interface ServeInput {
  /** Of the place where the server was started, or that was named. */
  readonly client: Client;
  /** Whether the directory was named: then it is this one or none. */
  readonly isNamed: boolean;
  readonly version: string;
  /** Ends the server, as the end of its input does. */
  readonly signal: AbortSignal;
  /** Default: stdin and stdout of the process. */
  readonly transport?: Transport;
  /** Where it is said what a host did wrong on the wire. */
  readonly complain: (sentence: string) => void;
}

/**
 * Serves the use cases to an agent host until its input ends, the host closes, or the signal comes; then what is under
 * way is told to stop, and is waited for: it is finished or undone. Nothing is held between two calls, no lock either.
 */
export const serve = async (input: ServeInput): Promise<void> => {
  const underWay = new Set<Promise<unknown>>();
  const transport = input.transport ?? new StdioServerTransport();
  const handle = serveStdio(() => createServer(input, underWay), {
    transport,
    onerror: ({ message }) => input.complain(message),
  });
  await ended(transport, input.signal);
  await handle.close();
  await Promise.allSettled(underWay);
};

const ended = (transport: Transport, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const before = transport.onclose;
    transport.onclose = () => {
      before?.();
      resolve();
    };
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

const createServer = (input: ServeInput, underWay: Set<Promise<unknown>>): McpServer => {
  const mcp = new McpServer(
    { name: 'spec-kitty', title: 'spec-kitty', version: input.version },
    { capabilities: { tools: {}, resources: {}, prompts: {} }, instructions: INSTRUCTIONS },
  );
  const { server } = mcp;
  const kept = <T>(work: Promise<T>): Promise<T> => {
    underWay.add(work);
    const forget = (): void => void underWay.delete(work);
    work.then(forget, forget);
    return work;
  };
  let found: Promise<Client> | undefined;
  const client = (): Promise<Client> => {
    const finding = (found ??= projectOf(input, mcp));
    // A host may open a folder, or somebody may make a project, while the server runs.
    finding.catch(() => (found = undefined));
    return finding;
  };
  server.setRequestHandler('tools/list', () => ({
    tools: TOOLS.map(({ name, title, description, changes, inputSchema, outputSchema }) => ({
      ...{ name, title, description },
      inputSchema: inputSchema as ListedTool['inputSchema'],
      outputSchema: outputSchema as ListedTool['inputSchema'],
      // What a host may know before it asks its user. No tool destroys anything or reaches out.
      annotations: {
        title,
        readOnlyHint: changes === 'nothing',
        destructiveHint: false,
        idempotentHint: changes !== 'each-time',
        openWorldHint: false,
      },
    })),
  }));
  server.setRequestHandler('tools/call', ({ params }, context) =>
    kept(callTool(client, params.name, params.arguments ?? {}, context)),
  );
  server.setRequestHandler('resources/list', ({ params }) =>
    kept(client().then((project) => listResources(project, params?.cursor))),
  );
  server.setRequestHandler('resources/templates/list', () => ({
    resourceTemplates: [...RESOURCE_TEMPLATES],
  }));
  server.setRequestHandler('resources/read', ({ params: { uri } }) =>
    kept(client().then((project) => readResource(project, uri))),
  );
  server.setRequestHandler('prompts/list', () => ({ prompts: [...PROMPTS] }));
  server.setRequestHandler('prompts/get', ({ params: { name, arguments: args = {} } }) =>
    promptText(name, args),
  );
  return mcp;
};

const INSTRUCTIONS =
  'Work packages of a software project. Take work with begin (ready_work says what may begin), work and commit only in the work tree that it names, mark tasks, hand_over, and let another agent review. With several features, name the feature in every call. An error says what to do next.';

const callTool = async (
  project: () => Promise<Client>,
  name: string,
  args: Readonly<Record<string, unknown>>,
  { mcpReq }: ServerContext,
): Promise<CallToolResult> => {
  const notes: string[] = [];
  const tool = TOOLS.find((each) => each.name === name);
  let client: Client | undefined;
  let stop = (): void => undefined;
  try {
    if (tool === undefined) throw unknownTool(name);
    client = await project();
    stop = await tellProgress(client, name, mcpReq);
    const note = (sentence: string): void => void notes.push(sentence);
    const done = await tool.run(args, { client, signal: mcpReq.signal, note });
    const document = { ...done, ...(notes.length === 0 ? {} : { notes }) };
    return { content: [{ type: 'text', text: JSON.stringify(document) }], structuredContent: document };
  } catch (error) {
    if (client !== undefined && tool?.changes !== 'nothing') await tellBreakage(error, client, args);
    return failure(error);
  } finally {
    stop();
  }
};

/** What breaks before the work of a tool begins is news for the team, too. */
const tellBreakage = async (
  error: unknown,
  client: Client,
  args: Readonly<Record<string, unknown>>,
): Promise<void> => {
  if (isSettled(error)) return;
  const text = (name: string): string | undefined =>
    typeof args[name] === 'string' ? args[name] : undefined;
  const subject = { feature: text('feature'), workPackageId: text('work_package'), agent: text('agent') };
  await client.work.logBreakage.run(error, client.directory, subject).catch(() => undefined);
};

/** While a call waits or works, a host that wants to know hears every few seconds that it is still at it. */
const tellProgress = async (
  client: Client,
  name: string,
  { _meta, notify, signal }: ServerContext['mcpReq'],
): Promise<() => void> => {
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined) return () => undefined;
  const timer = await client.port('timer');
  const end = new AbortController();
  const tell = async (): Promise<void> => {
    for (let progress = 0; !end.signal.aborted && !signal.aborted; progress += PROGRESS_SECONDS) {
      const params = { progressToken, progress, message: `${name}: at work for ${progress} s` };
      await notify({ method: 'notifications/progress', params });
      await timer.sleep(PROGRESS_SECONDS * 1000, end.signal);
    }
  };
  void tell().catch(() => undefined);
  return () => end.abort();
};

const PROGRESS_SECONDS = 5;

/** An error as an agent reads it: its code, what happened, and what to do next, which is never to use force. */
const failure = (error: unknown): CallToolResult => {
  const code = isSyncError(error) ? error.kind : 'internal';
  const message = error instanceof Error ? error.message : String(error);
  const said = (isSyncError(error) ? error.hint : undefined) ?? ADVICE[code];
  const hint = /--force|\bforced\b|--abort/.test(said)
    ? 'Ask a person: this is not in the flow of the work.'
    : said;
  const isRetryable = isSyncError(error) && ERROR_KINDS[error.kind].retryable;
  return {
    isError: true,
    content: [{ type: 'text', text: `${code}: ${message}\nWhat to do: ${hint}` }],
    _meta: { 'spec-kitty/error': { code, message, hint, is_retryable: isRetryable } },
  };
};

const unknownTool = (name: string): SyncError =>
  new SyncError('input-invalid', `There is no tool ${name}.`, {
    hint: `There are ${TOOLS.map((tool) => tool.name).join(', ')}.`,
  });

/** The folders that the host has open; none where it does not say, or does not answer soon. */
const rootsOf = async ({ server }: McpServer): Promise<readonly string[]> => {
  if (server.getClientCapabilities()?.roots === undefined) return [];
  try {
    const { roots } = await server.request({ method: 'roots/list' }, { timeout: ROOTS_TIMEOUT_MS });
    return roots.map(({ uri }) => uri);
  } catch {
    return [];
  }
};

const ROOTS_TIMEOUT_MS = 5000;

/**
 * The project that was named, else the one in which the server was started, else the first one that the host has open.
 * A home directory may be a repository, too: unless it was named, a place is a project by its identity or its plan.
 * Fails with `not-a-repository`: a server that guesses would write into somebody else's work.
 */
const projectOf = async ({ client, isNamed }: ServeInput, mcp: McpServer): Promise<Client> => {
  if (isNamed) {
    await client.checkout();
    return client;
  }
  if (await isProject(client)) return client;
  for (const place of (await rootsOf(mcp)).flatMap(pathOf)) {
    const other = client.at(place);
    if (await isProject(other)) return other;
  }
  throw new SyncError('not-a-repository', `${client.directory} is in no project, and the host named none.`, {
    hint: 'Let the host start "spec-kitty mcp --project DIR"; a new project begins with "spec-kitty init".',
  });
};

const isProject = async (client: Client): Promise<boolean> => {
  const checkout = await client.findCheckout();
  if (checkout === undefined) return false;
  const config = await (await client.port('configs')).read(checkout.projectRoot);
  if (config.state !== 'absent') return true;
  return (await (await client.port('files')).features(checkout.projectRoot)).length > 0;
};

const pathOf = (uri: string): readonly string[] => {
  try {
    return [fileURLToPath(uri)];
  } catch {
    return [];
  }
};
