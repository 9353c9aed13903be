import fc from 'fast-check';
import { stringify } from 'yaml';
import { setFrontMatterKeys } from '../../../src/adapters/work/edit-front-matter.js';
import { readFrontMatter } from '../../../src/adapters/work/read-front-matter.js';
import { isSyncError } from '../../../src/domain/errors.js';

const key = fc.constantFrom('lane', 'agent', 'title', 'dependencies', 'history', 'odd key', '"q"');
const scalar = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
const value = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }),
  fc.array(fc.dictionary(key, scalar), { maxLength: 2 }),
);
const style = fc.record({
  defaultStringType: fc.constantFrom(
    'PLAIN',
    'QUOTE_DOUBLE',
    'QUOTE_SINGLE',
    'BLOCK_LITERAL',
  ) as fc.Arbitrary<'PLAIN'>,
  collectionStyle: fc.constantFrom('any', 'block') as fc.Arbitrary<'any'>,
  indentSeq: fc.boolean(),
  lineWidth: fc.constantFrom(0, 20),
});
const eol = fc.constantFrom('\n', '\r\n');
const wanted = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.replace(/\p{Cs}/gu, '')),
  fc.array(fc.constantFrom('WP01', 'WP02', 'WP100')),
);

describe('setting keys of any front matter', () => {
  it('changes these keys and nothing else, and once is enough', () => {
    fc.assert(
      fc.property(
        fc.dictionary(key, value),
        style,
        eol,
        fc.dictionary(key, wanted),
        (values, options, ending, edits) => {
          const yaml = Object.keys(values).length === 0 ? '' : stringify(values, options);
          const text = `\ufeff---\n${yaml}---\n# body\n`.replaceAll('\n', ending);
          const before = readFrontMatter(text);
          fc.pre(before.fault === undefined);
          const entries = Object.entries(edits)
            .filter(([name]) => /^\w+$/.test(name))
            .map(([name, each]) => ({ key: name, value: each }));
          const after = setFrontMatterKeys(text, entries);
          const read = readFrontMatter(after);
          expect(read.fault).toBeUndefined();
          expect(read.frontMatter).toEqual({
            ...before.frontMatter,
            ...Object.fromEntries(entries.map((entry) => [entry.key, entry.value])),
          });
          expect(read.body).toBe(before.body);
          expect(setFrontMatterKeys(after, entries)).toBe(after);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('never breaks on text that is no YAML: it is read with a fault, and refused', () => {
    const piece = fc.constantFrom(
      'lane: x',
      '- a',
      '---',
      '&a',
      '*a',
      '? b',
      ': c',
      '[',
      '{',
      '|',
      '#',
      '"',
      '\t',
      '  ',
      '!!x',
      '%Y',
      '\n',
      '\r\n',
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = `---\n${pieces.join('')}\n---\n`;
        void readFrontMatter(text);
        try {
          setFrontMatterKeys(text, [{ key: 'lane', value: 'done' }]);
        } catch (error) {
          expect(isSyncError(error)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
