import fc from 'fast-check';
import { parseBatch } from '../../src/app/hub/batch-body.js';
import { DEFAULT_HUB_LIMITS } from '../../src/app/hub/hub-limits.js';
import { Refusal } from '../../src/app/hub/problem.js';
import { Breather } from '../../src/app/hub/turns.js';

const parse = (body: string, limits: Partial<typeof DEFAULT_HUB_LIMITS> = {}) =>
  parseBatch(body, { ...DEFAULT_HUB_LIMITS, ...limits }, new Breather());

/** The texts of the events, or the kind of problem that the body is. */
const textsOf = async (body: string): Promise<readonly string[] | string> => {
  try {
    return (await parse(body)).map(({ text }) => text);
  } catch (error) {
    if (error instanceof Refusal) return error.kind;
    throw error;
  }
};

describe('the texts of a batch', () => {
  it('are cut out of any body at the places where the parser sees the events', async () => {
    const spaced = fc.constantFrom(undefined, 1, '\t', '\r\n');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue()),
        fc.jsonValue(),
        fc.jsonValue(),
        spaced,
        async (events, before, after, space) => {
          const body = JSON.stringify({ before, events, after }, undefined, space);
          const sent = await parse(body);
          expect(sent.map(({ value }) => value)).toEqual((JSON.parse(body) as { events: unknown[] }).events);
          for (const { text, value } of sent) {
            expect(body).toContain(text);
            expect(JSON.parse(text)).toEqual(value);
          }
        },
      ),
    );
  });

  it('are those of the last list when the key is repeated, as the parser has it', async () => {
    expect(await textsOf(' {"events":[1,2], "eve\\u006ets" : [ "a\\\\\\"]", {"b":[ ]} ] } ')).toEqual([
      '"a\\\\\\"]"',
      '{"b":[ ]}',
    ]);
    expect(await textsOf('{"x":"{\\"events\\":[1]}","events":[]}')).toEqual([]);
    for (const earlier of ['{}', '5', '"x"', 'null', '{"a":[1]}', '[2]']) {
      expect(await textsOf(`{"events":${earlier},"events":[1]}`)).toEqual(['1']);
    }
    expect(await textsOf('{"events":[1],"events":5}')).toBe('malformed-body');
    expect(await textsOf('{}')).toBe('malformed-body');
  });

  it('are refused with the whole body where the parser refuses it', async () => {
    const json = fc.json({ maxDepth: 4 }).map((text) => `{"events":[${text},1],"a":{}}`);
    const damaged = fc
      .tuple(json, fc.nat(), fc.constantFrom('', ',', ']', '}', '[', '{', '"', ':', '\\', '0', ' x'))
      .map(([text, at, put]) => {
        const place = at % text.length;
        return text.slice(0, place) + put + text.slice(place + 1);
      });
    await fc.assert(
      fc.asyncProperty(damaged, async (body) => {
        let expected: unknown;
        try {
          expected = (JSON.parse(body) as { events?: unknown }).events;
        } catch {
          expected = undefined;
        }
        if (Array.isArray(expected)) expect((await parse(body)).map(({ value }) => value)).toEqual(expected);
        else await expect(parse(body)).rejects.toBeInstanceOf(Refusal);
      }),
      { numRuns: 500 },
    );
  });

  it('are not made of a body that is nested too deeply, or holds too many values, wherever these are', async () => {
    const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    for (const body of [
      '['.repeat(1_000_000),
      `{"events":${'['.repeat(1_000_000)}`,
      `{"events":[],"x":${deep(500_000)}}`,
      `{"x":${'{"a":'.repeat(500_000)}`,
      `{"events":[[],${deep(5000)}]}`,
    ])
      expect(await textsOf(body)).toBe('malformed-body');
    const many = (item: string) => `${`${item},`.repeat(400_000)}0`;
    for (const body of [
      `{"events":[],"x":[${many('{}')}]}`,
      `{"events":[${many('0')}]}`,
      `{"x":{${many('"":0').replace(/0$/, '"":0')}},"events":[]}`,
    ])
      expect(await textsOf(body)).toBe('batch-too-large');
  });

  it('come with the number of their values', async () => {
    const parsed = await parse('{"events":[{"a":[1,2,{}],"b":{"c":"[,,,]"}},7]}');
    expect(parsed.map(({ values }) => values)).toEqual([8, 1]);
  });
});
