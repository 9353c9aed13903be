import asyncApiSpecs from '@asyncapi/specs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { EXAMPLE_EVENT } from '../../src/domain/hub/api.js';
import { SyncError } from '../../src/domain/errors.js';
import { startHub } from '../../src/app/hub/start-hub.js';
import { People } from '../../src/app/hub/people.js';
import { describedCalls, type DescribedCall, type OpenApi } from '../support/described-calls.js';
import { PASSWORD, replacing, silentLog, startTestHub, type TestHub } from '../support/hub.js';

type Fields = Readonly<Record<string, unknown>>;

const OPTIONS = { strict: false, validateFormats: false, allErrors: true } as const;

/** Everything in a document that has an example, by its place in it. */
const exampled = (
  value: unknown,
  place = '#',
): readonly (readonly [place: string, examples: unknown[]])[] => {
  if (typeof value !== 'object' || value === null) return [];
  const { examples } = value as Fields;
  return [
    ...(Array.isArray(examples) ? [[place, examples as unknown[]] as const] : []),
    ...Object.entries(value).flatMap(([key, inner]) =>
      key === 'examples'
        ? []
        : exampled(inner, `${place}/${encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))}`),
    ),
  ];
};

describe('what a hub says of itself', () => {
  let hub: TestHub;
  let openApi: Fields;
  let asyncApi: Fields;

  beforeAll(async () => {
    hub = await startTestHub({ dashboard: true });
    const read = async (name: string) => (await (await fetch(`${hub.url}/${name}`)).json()) as Fields;
    openApi = await read('openapi.json');
    asyncApi = await read('asyncapi.json');
  });

  afterAll(() => hub.close());

  it('names every call that it answers to, and no other', async () => {
    const described = (await describedCalls(hub)).map(({ name }) => name);
    expect([...described].sort()).toEqual(hub.routes.map(({ method, path }) => `${method} ${path}`).sort());
  });

  it('is OpenAPI and AsyncAPI to those who wrote neither', async () => {
    const { valid, errors } = await new Validator().validate(openApi);
    expect([valid, errors]).toEqual([true, undefined]);
    const ajv = new Ajv(OPTIONS);
    expect([ajv.validate(asyncApiSpecs.schemasWithoutId['3.0.0'] as object, asyncApi), ajv.errors]).toEqual([
      true,
      null,
    ]);
  });

  it('lies in docs as it is served', () => {
    for (const [name, served] of Object.entries({ 'openapi.json': openApi, 'asyncapi.json': asyncApi })) {
      const written = JSON.parse(
        readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8'),
      ) as unknown;
      expect([name, written]).toEqual([name, served]);
    }
  });

  it('gives examples that are as it says', () => {
    const places = exampled(openApi);
    expect(places.length).toBeGreaterThan(8);
    const ajv = new Ajv2020(OPTIONS).addSchema(openApi, 'openapi');
    for (const [place, examples] of places)
      for (const example of examples)
        expect([place, ajv.validate(`openapi${place}`, example), ajv.errors]).toEqual([place, true, null]);
    const { channels } = asyncApi as {
      channels: { live: { messages: Record<string, { examples: { payload: unknown }[] }> } };
    };
    const frames = new Ajv(OPTIONS).addSchema(asyncApi, 'asyncapi');
    for (const [name, { examples }] of Object.entries(channels.live.messages)) {
      const schema = `asyncapi#/channels/live/messages/${name}/payload`;
      expect([name, frames.validate(schema, examples[0]?.payload), frames.errors]).toEqual([
        name,
        true,
        null,
      ]);
    }
  });

  it('is what each call does', async () => {
    const token = await hub.tokenOf('acme');
    const ajv = new Ajv2020(OPTIONS).addSchema(openApi, 'openapi');
    const answered: Record<string, number> = {};
    const { responses } = (openApi as unknown as OpenApi).components;
    for (const { name, operation, make } of await describedCalls(hub)) {
      const response = await make({ token, query: { after: '0', limit: '10' } });
      const described = operation.responses[response.status] ?? operation.responses['default'];
      const shared = described?.$ref?.split('/').at(-1) ?? '';
      const [method = '', path = ''] = name.split(' ');
      const type = response.headers.get('content-type') ?? '';
      const body = await response.text();
      answered[name] = response.status;
      if (response.status === 204) continue;
      const content = { ...described?.content, ...responses[shared]?.content };
      expect([name, Object.keys(content)]).toEqual([
        name,
        expect.arrayContaining([type in content ? type : '*/*']),
      ]);
      if (!type.includes('json')) continue;
      const at =
        shared === ''
          ? ['paths', path, method.toLowerCase(), 'responses', String(response.status)]
          : ['components', 'responses', shared];
      const place = [...at, 'content', type, 'schema'];
      const pointer = place.map((part) => encodeURIComponent(part.replaceAll('/', '~1'))).join('/');
      expect([name, ajv.validate(`openapi#/${pointer}`, JSON.parse(body)), ajv.errors, body]).toEqual([
        name,
        true,
        null,
        body,
      ]);
    }
    expect(answered).toMatchObject({
      'POST /api/v1/events/batch/': 200,
      'GET /api/v1/events/': 200,
      'GET /api/v1/projects/{uuid}/board/': 200,
      'GET /api/v1/projects/{uuid}/features/{slug}/history/': 200,
      'POST /api/v1/token/refresh/': 401,
      'POST /api/v1/token/revoke/': 204,
      'POST /device': 401,
    });
    const board = await (
      await fetch(`${hub.url}/api/v1/projects/${EXAMPLE_EVENT.project_uuid ?? ''}/board/`, {
        headers: { authorization: `Bearer ${token}` },
      })
    ).json();
    expect(board).toMatchObject({ features: [{ work_packages: [{ lane: 'doing' }] }] });
  });

  describe('of its refusals', () => {
    const others: { close(): Promise<void> }[] = [];
    /** Another hub on the same data. */
    const open = async (given: Partial<Parameters<typeof startHub>[0]>): Promise<string> => {
      const { store, accounts } = hub.stores;
      const listener = { host: '127.0.0.1', port: 0 };
      const other = await startHub({ store, accounts, listener, clock: hub.clock, log: silentLog, ...given });
      others.push(other);
      return other.url;
    };
    afterAll(async () => {
      for (const other of others) await other.close();
    });

    it('names each with its status, whatever is wrong with which call', async () => {
      const { store, accounts } = hub.stores;
      const fails = () => Promise.reject(new SyncError('storage-failed', 'The disk is full.'));
      const strict = await open({
        limits: { batchEvents: 1, batchRawBytes: 64, batchCompressedBytes: 64, smallBodyBytes: 64 },
        metricsToken: 'of Prometheus',
      });
      const full = await open({ limits: { heldBytes: 0 } });
      const behind = await open({
        store: replacing(store, {
          forTeam: (team) => replacing(store.forTeam(team), { board: () => Promise.resolve('behind') }),
        }),
      });
      const broken = await open({
        store: replacing(store, { proveWriting: fails }),
        accounts: new Proxy(accounts, {
          get: (target, name) => (name === 'mintSetupCode' ? target.mintSetupCode.bind(target) : fails),
        }),
      });
      await new People(accounts).addUser({ name: 'gone', password: PASSWORD, team: 'acme' });
      const left = await accounts.signIn({ username: 'gone', password: PASSWORD });
      await accounts.removeMember('acme', 'gone');
      const { access, refresh } = (left as { value: { access: string; refresh: string } }).value;
      const token = await hub.tokenOf('acme');
      const elsewhere = { username: 'acme', password: PASSWORD, team_slug: 'zenith', user_code: 'BCDF-GHJK' };
      type Given = Parameters<DescribedCall['make']>[0];
      const ways: Readonly<Record<string, Given>> = {
        'malformed-query': { query: { limit: '0' } },
        'malformed-body': { text: '[' },
        'not-authenticated': { token: 'foreign' },
        'not-a-member': { token: access, body: { ...elsewhere, refresh } },
        'foreign-origin': { headers: { origin: 'https://elsewhere.example' } },
        'history-changed': { query: { history: 'another' } },
        'body-too-large': { at: strict, text: 'x'.repeat(65) },
        'batch-too-large': { at: strict, body: { events: [0, 0] } },
        'unsupported-encoding': { headers: { 'content-encoding': 'br' } },
        'too-many-requests': { at: full },
        'board-behind': { at: behind },
        'storage-failed': { at: broken },
        // The examples that they give are of nobody.
        ...{ 'wrong-credentials': {}, 'session-ended': {}, 'device-waits': {} },
        'not-found': { at: strict },
      };
      const isProblem = new Ajv2020(OPTIONS).addSchema(openApi, 'openapi');
      const told = new Set<unknown>();
      for (const { name, path, make } of await describedCalls(hub)) {
        const answers = Object.values(ways).map(async (given) => problemIn(await make({ token, ...given })));
        answers.push(underForeignName(hub.url, name.split(' ')[0], path));
        for (const answer of await Promise.all(answers)) {
          if (answer === undefined) continue;
          const isDescribed = isProblem.validate('openapi#/components/schemas/Problem', answer);
          expect([name, isDescribed, answer]).toEqual([name, true, answer]);
          told.add(String(answer['type']).slice('urn:spec-kitty-sync:problem:'.length));
        }
      }
      expect([...told].sort()).toEqual([...Object.keys(ways), 'unknown-host'].sort());
    });
  });
});

/** The problem document of a refusal; a page says it in words. */
const problemIn = async (response: Response): Promise<Fields | undefined> => {
  const text = await response.text();
  if (response.headers.get('content-type') !== 'application/problem+json') return undefined;
  const answer = JSON.parse(text) as Fields;
  expect(answer['status']).toBe(response.status);
  return answer;
};

/** `fetch` sends no name but the one that it calls. */
const underForeignName = (url: string, method: string | undefined, path: string): Promise<Fields> =>
  new Promise((resolve, reject) => {
    const asked = request(`${url}${path}`, { method, headers: { host: 'rebound.example' } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(JSON.parse(text) as Fields));
    });
    asked.on('error', reject).end();
  });
