import fc from 'fast-check';
import { eventTexts } from '../../src/app/hub/batch-api.js';

describe('the texts of a batch', () => {
  it('are cut out of any body at the places where the parser sees the events', () => {
    const spaced = fc.constantFrom(undefined, 1, '\t', '\r\n');
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue()),
        fc.jsonValue(),
        fc.jsonValue(),
        spaced,
        (events, before, after, space) => {
          const body = JSON.stringify({ before, events, after }, undefined, space);
          const texts = eventTexts(body);
          expect(texts.map((text) => JSON.parse(text) as unknown)).toEqual(
            (JSON.parse(body) as { events: unknown[] }).events,
          );
          for (const text of texts) expect(body).toContain(text);
        },
      ),
    );
  });

  it('are those of the last list when the key is repeated, as the parser has it', () => {
    expect(eventTexts(' {"events":[1,2], "eve\\u006ets" : [ "a\\\\\\"]", {"b":[ ]} ] } ')).toEqual([
      '"a\\\\\\"]"',
      '{"b":[ ]}',
    ]);
    expect(eventTexts('{"x":"{\\"events\\":[1]}","events":[]}')).toEqual([]);
    for (const earlier of ['{}', '5', '"x"', 'null', '{"a":[1]}']) {
      expect(eventTexts(`{"events":${earlier},"events":[1]}`)).toEqual(['1']);
    }
    expect(eventTexts('{}')).toEqual([]);
  });
});
