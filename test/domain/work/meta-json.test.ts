import fc from 'fast-check';
import { announcedEventId, makeMeta, readMeta, withAnnounced } from '../../../src/domain/work/meta-json.js';
import { corpusPaths, corpusText } from '../../support/corpus.js';
import { changedLines } from '../../support/line-diff.js';

const announced = (text: string): Readonly<Record<string, string>> => {
  const meta = readMeta(text);
  return meta.ok ? Object.fromEntries(meta.value.announced) : { fault: meta.error.reason };
};

describe('meta.json', () => {
  it('is read leniently', () => {
    const text =
      '\ufeff{"target_branch": "main", "created_at": 5, "announced": {"WP01": "A", "WP02": 3}, "x": []}';
    expect(readMeta(text)).toEqual({
      ok: true,
      value: { targetBranch: 'main', announced: new Map([['WP01', 'A']]), isBeforeStatusLog: false },
    });
    expect(readMeta('{"announced": [], "created_at": "2026-02-03T12:00:00Z"}')).toEqual({
      ok: true,
      value: { createdAt: '2026-02-03T12:00:00Z', announced: new Map(), isBeforeStatusLog: false },
    });
  });

  it('counts a time that nobody can read as absent', () => {
    expect(readMeta('{"created_at": "yesterday"}')).toEqual({
      ok: true,
      value: { announced: new Map(), isBeforeStatusLog: false },
    });
  });

  it.each(['', '[]', '"x"', 'null', '{', '{"a": }'])('is an error when it holds %j', (text) => {
    expect(readMeta(text).ok).toBe(false);
  });

  it('says on which line it is broken', () => {
    expect(readMeta('{\n  "a": 1,\n  b\n}')).toEqual({
      ok: false,
      error: { line: 3, reason: 'is not valid JSON' },
    });
  });

  it('is made with what is known', () => {
    const text = makeMeta({
      slug: '001-a',
      number: '001',
      targetBranch: 'main',
      createdAt: '2026-02-03T12:00:00Z',
    });
    expect(readMeta(text)).toEqual({
      ok: true,
      value: {
        targetBranch: 'main',
        createdAt: '2026-02-03T12:00:00Z',
        announced: new Map(),
        isBeforeStatusLog: false,
      },
    });
    expect(text.endsWith('}\n')).toBe(true);
  });
});

describe('announcing', () => {
  it('adds the map at the end and touches no other line but the last one', () => {
    const text = '{\n    "b": 1.0,\n    "a": ["x",   "\\u00e9"]\n}\n';
    expect(
      withAnnounced(text, [
        ['001-a', 'E1'],
        ['WP01', 'E2'],
      ]),
    ).toBe(
      '{\n    "b": 1.0,\n    "a": ["x",   "\\u00e9"],\n    "announced": {\n        "001-a": "E1",\n        "WP01": "E2"\n    }\n}\n',
    );
  });

  it('adds to a map that is there, wherever it stands, and keeps CRLF', () => {
    const text = '{\r\n  "announced": {\r\n    "WP01": "E1"\r\n  },\r\n  "z": {"announced": {}}\r\n}';
    expect(withAnnounced(text, [['WP02', 'E2']])).toBe(
      '{\r\n  "announced": {\r\n    "WP01": "E1",\r\n    "WP02": "E2"\r\n  },\r\n  "z": {"announced": {}}\r\n}',
    );
  });

  it('fills an empty map, an empty object and a text on one line', () => {
    expect(withAnnounced('{\n  "announced": {}\n}', [['A', '1']])).toBe(
      '{\n  "announced": {\n    "A": "1"\n  }\n}',
    );
    expect(announced(withAnnounced('{}', [['A', '1']]))).toEqual({ A: '1' });
    expect(withAnnounced('{"a":1,"announced":{"A":"1"}}', [['B', '2']])).toBe(
      '{"a":1,"announced":{"A":"1","B":"2"}}',
    );
  });

  it('replaces a value that is no map and an entry that is no id', () => {
    expect(announced(withAnnounced('{"announced": null, "b": 1}', [['A', '1']]))).toEqual({ A: '1' });
    expect(announced(withAnnounced('{"announced": {"A": 5}}', [['A', '1']]))).toEqual({ A: '1' });
  });

  it('is found again by key', () => {
    expect(announcedEventId('{"announced": {"WP01": "E"}}', 'WP01')).toBe('E');
    expect(announcedEventId('{"announced": {"WP01": "E"}}', 'WP02')).toBeUndefined();
    expect(announcedEventId('{', 'WP01')).toBeUndefined();
  });

  it('only adds lines to the files of the corpus', () => {
    for (const path of corpusPaths().filter((each) => each.endsWith('/meta.json'))) {
      const text = corpusText(path);
      const after = withAnnounced(text, [
        ['WP01', 'E1'],
        ['WP02', 'E2'],
      ]);
      const { removed, added } = changedLines(text, after);
      expect(removed.length).toBe(1);
      expect(added[0]).toBe(`${removed[0]},`);
      expect(added.length).toBe(5);
    }
  });

  it('keeps every other value of any object, in any layout', () => {
    const key = fc
      .string({ unit: 'binary', maxLength: 5 })
      .filter((each) => each !== 'announced' && each !== '__proto__');
    const layout = fc.constantFrom(undefined, 1, 2, '\t');
    fc.assert(
      fc.property(
        fc.dictionary(key, fc.jsonValue()),
        layout,
        fc.array(key),
        fc.boolean(),
        (object, indent, keys, isAnnounced) => {
          const text = JSON.stringify(
            isAnnounced ? { ...object, announced: { WP01: 'E' }, last: '"}' } : object,
            null,
            indent,
          );
          const entries = keys.map((each, at) => [each, `E${at}`] as const);
          const after = JSON.parse(withAnnounced(text, entries)) as Record<string, unknown>;
          const { announced: map, ...others } = after;
          const { announced: _, ...expected } = JSON.parse(text) as Record<string, unknown>;
          expect(others).toEqual(expected);
          if (isAnnounced || keys.length > 0) {
            expect(map).toEqual({ ...(isAnnounced ? { WP01: 'E' } : {}), ...Object.fromEntries(entries) });
          }
        },
      ),
    );
  });
});
