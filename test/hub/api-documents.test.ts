import asyncApiSpecs from '@asyncapi/specs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv } from 'ajv-8';
import { Ajv2020 } from 'ajv-8/dist/2020.js';
import { readFileSync } from 'node:fs';
import { EXAMPLE_EVENT } from '../../src/domain/hub/api.js';
import { describedCalls } from '../support/described-calls.js';
import { startTestHub, type TestHub } from '../support/hub.js';

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
    for (const { name, operation, make } of await describedCalls(hub)) {
      const response = await make({ token, query: { after: '0', limit: '10' } });
      const documented = operation.responses[response.status] === undefined ? 'default' : response.status;
      const [method = '', path = ''] = name.split(' ');
      const type = response.headers.get('content-type') ?? '';
      const body = await response.text();
      answered[name] = response.status;
      if (response.status === 204) continue;
      const content = operation.responses[documented]?.content ?? {};
      expect([name, Object.keys(content)]).toEqual([
        name,
        expect.arrayContaining([type in content ? type : '*/*']),
      ]);
      if (!type.includes('json')) continue;
      const place = [
        'paths',
        path,
        method.toLowerCase(),
        'responses',
        String(documented),
        'content',
        type,
        'schema',
      ];
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
});
