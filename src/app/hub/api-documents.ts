import { object, type Description } from '../../domain/document.js';
import { ENVELOPE } from '../../domain/events/envelope.js';
import { ENVELOPE_ELSEWHERE, EXAMPLE_EVENT, EXAMPLE_FRAMES, PROBLEM } from '../../domain/hub/api.js';
import { jsonSchemaOf, type JsonSchema } from '../../domain/json-schema.js';
import { CLIENT_MESSAGES, SERVER_MESSAGES } from '../../domain/wire.js';
import { LIVE_PATH } from './live-gateway.js';
import { PAGE } from './page.js';
import { PROBLEM_CONTENT_TYPE, PROBLEMS, problemType, type ProblemKind } from './problem.js';
import { FORM_TYPE, JSON_TYPE, jsonOf, routesOf, type Call, type Calls, type Route } from './route.js';

/** The calls that describe what a hub answers to: these calls and themselves, and the frames of a live session. */
export const documentCalls = (calls: Calls): Calls => {
  const own: Calls = {
    'GET /openapi.json': telling('Describes the calls of the hub (OpenAPI 3.1).', () =>
      openApiOf(routesOf({ ...calls, ...own })),
    ),
    'GET /asyncapi.json': telling('Describes the frames of a live session (AsyncAPI 3).', asyncApi),
  };
  return own;
};

const telling = (summary: string, documentOf: () => JsonSchema): Call => {
  let body: string | undefined;
  return {
    ...{ summary, answers: jsonOf(object({})) },
    open: () => ({ status: 200, contentType: JSON_TYPE, body: (body ??= JSON.stringify(documentOf())) }),
  };
};

const INFO = { title: 'Hub of spec-kitty', version: '1.0', license: { name: 'MIT' } };

const ENVELOPE_SCHEMA = { ...jsonSchemaOf(ENVELOPE.foreign), examples: [EXAMPLE_EVENT] };

const TOKEN = { type: 'http', scheme: 'bearer' };

const openApiOf = (routes: readonly Route[]): JsonSchema => ({
  openapi: '3.1.1',
  info: {
    ...INFO,
    description: 'Bodies may be compressed with gzip. A browser has a cookie in place of the token.',
  },
  servers: [{ url: '/' }],
  paths: Object.fromEntries(
    routes.map(({ path }) => [
      path,
      Object.fromEntries(
        routes
          .filter((route) => route.path === path)
          .map((route) => [route.method.toLowerCase(), operationOf(route)]),
      ),
    ]),
  ),
  components: {
    responses: { refused: refusalOf(false) },
    schemas: { Envelope: ENVELOPE_SCHEMA, Problem: problemSchema() },
    securitySchemes: { token: TOKEN },
  },
});

const operationOf = (route: Route): JsonSchema => {
  const { method, path, summary, query, body, answers } = route;
  const isPage = answers === PAGE;
  return {
    operationId: [method.toLowerCase(), ...(path.match(/\w+/g) ?? [])].join('-'),
    summary,
    security: 'open' in route ? [] : [{ token: [] }],
    parameters: [
      ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
        ...{ name, in: 'path', required: true, schema: { type: 'string' } },
      })),
      ...Object.entries(propertiesOf(query)).map(([name, schema]) => ({ name, in: 'query', schema })),
    ],
    ...(body !== undefined && {
      requestBody: { required: true, content: contentOf({ [isPage ? FORM_TYPE : JSON_TYPE]: body }) },
    }),
    responses: {
      ...(answers !== undefined && answerOf(answers)),
      default: isPage ? refusalOf(true) : { $ref: '#/components/responses/refused' },
    },
  };
};

/** How a call is refused: pages say it in words. */
const refusalOf = (isPage: boolean): JsonSchema => ({
  description: 'Why not.',
  content: {
    [PROBLEM_CONTENT_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } },
    ...(isPage && contentOf(PAGE)),
  },
});

/** Every way to be refused, with its status. */
const problemSchema = (): JsonSchema => ({
  ...jsonSchemaOf(PROBLEM),
  oneOf: Object.entries(PROBLEMS).map(([kind, { status, title }]) => ({
    title,
    properties: { type: { const: problemType(kind as ProblemKind) }, status: { const: status } },
  })),
});

const propertiesOf = (query: Description | undefined): JsonSchema =>
  query === undefined ? {} : (jsonSchemaOf(query)['properties'] as JsonSchema);

const answerOf = (answers: Content): JsonSchema =>
  Object.keys(answers).length === 0
    ? { 204: { description: 'It is done.' } }
    : { 200: { description: 'The answer.', content: contentOf(answers) } };

type Content = Readonly<Record<string, Description>>;

const contentOf = (content: Content): JsonSchema =>
  Object.fromEntries(
    Object.entries(content).map(([type, described]) => [type, { schema: jsonSchemaOf(described) }]),
  );

const asyncApi = (): JsonSchema => {
  const told = messagesOf('hub', SERVER_MESSAGES);
  const heard = { ...messagesOf('client', CLIENT_MESSAGES), 'client-envelope': ENVELOPE_MESSAGE };
  return {
    asyncapi: '3.0.0',
    info: INFO,
    defaultContentType: JSON_TYPE,
    servers: {
      hub: {
        ...{ host: '{host}', protocol: 'wss', variables: { host: { default: 'hub.example.com' } } },
        security: [{ $ref: '#/components/securitySchemes/liveToken' }],
      },
    },
    channels: {
      live: {
        address: LIVE_PATH,
        description: 'Each connection takes a token of its own, from POST /api/v1/ws-token/.',
        messages: { ...told, ...heard },
      },
    },
    operations: {
      tell: operation('send', 'A snapshot first; then what is stored, answers, and pings.', told),
      hear: operation('receive', 'Events, each of which is acknowledged, and answers.', heard),
    },
    components: { schemas: { Envelope: ENVELOPE_SCHEMA }, securitySchemes: { liveToken: TOKEN } },
  };
};

const ENVELOPE_MESSAGE = { payload: ENVELOPE_ELSEWHERE, examples: [{ payload: EXAMPLE_EVENT }] };

const messagesOf = (side: keyof typeof EXAMPLE_FRAMES, messages: Content): JsonSchema =>
  Object.fromEntries(
    Object.entries(messages).map(([type, described]) => [
      `${side}-${type}`,
      { payload: jsonSchemaOf(described), examples: [{ payload: EXAMPLE_FRAMES[side][type] }] },
    ]),
  );

const operation = (action: 'send' | 'receive', summary: string, messages: JsonSchema): JsonSchema => ({
  ...{ action, summary, channel: { $ref: '#/channels/live' } },
  messages: Object.keys(messages).map((name) => ({ $ref: `#/channels/live/messages/${name}` })),
});
