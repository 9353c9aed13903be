import fc from 'fast-check';
import { eventPieces, LONGEST_EVENT, type EventPiece } from '../../../src/domain/events/event-pieces.js';
import { collect } from '../../support/facts.js';

const piecesOf = (...chunks: readonly string[]): Promise<EventPiece[]> =>
  collect(
    eventPieces(
      (async function* () {
        yield* chunks;
      })(),
    ),
  );

describe('cutting a file of events', () => {
  it.each([
    ['nothing', '', []],
    ['white space', ' \n\ufeff\n', []],
    ['one line without an end', '{"a":1}', [{ line: 1, text: '{"a":1}' }]],
    [
      'lines of every system, a mark and gaps',
      '\ufeff{"a":1}\r\n\r\n  {"b":2}\n\n',
      [
        { line: 1, text: '{"a":1}' },
        { line: 3, text: '{"b":2}' },
      ],
    ],
    [
      'a line that is no JSON',
      '\n{"a":1\nx',
      [
        { line: 2, text: '{"a":1' },
        { line: 3, text: 'x' },
      ],
    ],
    ['an empty list', '[ ]\n', []],
    [
      'a list on one line',
      '[{"a":"],["},{"b":[1,{}]}]',
      [
        { line: 1, text: '{"a":"],["}' },
        { line: 1, text: '{"b":[1,{}]}' },
      ],
    ],
    [
      'a list over lines',
      '\n[\n  {\n    "a": "\\"\\\\"\n  },\n\n  {"b": 2}\n]\n',
      [
        { line: 3, text: '{\n    "a": "\\"\\\\"\n  }' },
        { line: 7, text: '{"b": 2}' },
      ],
    ],
    [
      'a list that was cut off',
      '[{"a":1},\n{"b"',
      [
        { line: 1, text: '{"a":1}' },
        { line: 2, text: '{"b"' },
        { line: 2, fault: 'the list has no end: the file was cut off', isEnd: true },
      ],
    ],
    [
      'more behind a list',
      '[{"a":1}]\n{"b":2}',
      [
        { line: 1, text: '{"a":1}' },
        { line: 2, fault: 'more after the end of the list', isEnd: true },
      ],
    ],
  ])('%s', async (_, text, pieces) => {
    expect(await piecesOf(text)).toEqual(pieces);
  });

  it.each(['\n', '[', '[{"a":1},\n'])(
    'passes over what is too long, also piece by piece, after %j',
    async (start) => {
      const long = `{"a":"${'x'.repeat(LONGEST_EVENT / 2)}`;
      const separator = start === '\n' ? '\n' : ',';
      const pieces = await piecesOf(
        start,
        long,
        'x'.repeat(LONGEST_EVENT / 2),
        '"}',
        separator,
        '{"b":2}',
        start === '\n' ? '' : ']',
      );
      expect(pieces.slice(-2)).toEqual([
        { line: start === '[' ? 1 : 2, fault: `longer than ${LONGEST_EVENT} characters` },
        { line: start === '\n' ? 3 : start === '[' ? 1 : 2, text: '{"b":2}' },
      ]);
    },
  );

  it('finds the same wherever the chunks end, in lists and in lines, with the lines on which they begin', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.object({ maxDepth: 2 }), { maxLength: 6 }),
        fc.constantFrom('lines', 'list', 'pretty'),
        fc.array(fc.nat(), { maxLength: 8 }),
        async (values, shape, cuts) => {
          const documents = values.map((value) => JSON.parse(JSON.stringify(value)) as object);
          const text =
            shape === 'lines'
              ? documents.map((each) => `${JSON.stringify(each)}\n`).join('')
              : JSON.stringify(documents, undefined, shape === 'pretty' ? 1 : undefined);
          const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
          const chunks = [0, ...places].map((from, at) => text.slice(from, places[at] ?? text.length));
          const pieces = await piecesOf(...chunks);
          expect(pieces.map((piece) => ('text' in piece ? JSON.parse(piece.text) : piece))).toEqual(
            documents,
          );
          const lines = text.split('\n');
          for (const piece of pieces)
            expect(lines[piece.line - 1]).toContain('text' in piece ? piece.text.split('\n')[0] : '?');
        },
      ),
      { seed: 20_261_120, numRuns: 300 },
    );
  });
});
