import fc from 'fast-check';
import { markdownLines, withoutCode } from '../../../src/domain/work/markdown.js';

const spoken = (...lines: readonly string[]): readonly string[] =>
  markdownLines(lines.join('\n'))
    .filter(({ isSilent }) => !isSilent)
    .map(({ said }) => said.trim())
    .filter((said) => said !== '');

const headings = (...lines: readonly string[]): readonly string[] =>
  markdownLines(lines.join('\n')).flatMap(({ heading }) =>
    heading === undefined ? [] : [`${heading.level} ${heading.title}`],
  );

describe('what a Markdown text says', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['a fence', ['```js', 'no', '```', 'yes'], ['yes']],
    ['a fence of tildes that holds one of backticks', ['~~~', '```', 'no', '~~~', 'yes'], ['yes']],
    ['a longer fence', ['````', 'no', '```', 'no', '````', 'yes'], ['yes']],
    ['a fence in a list', ['1. yes', '   ```', '   no', '   ```', '2. yes'], ['1. yes', '2. yes']],
    ['a fence behind a list mark', ['- ```', '  no', '  ```', '- yes'], ['- yes']],
    ['a fence that its list item ends', ['- ```', '  no', 'yes'], ['yes']],
    ['a quoted fence', ['> ```', '> no', 'yes'], ['yes']],
    ['a fence that is never closed', ['yes', '```', 'no'], ['yes']],
    ['indented code', ['yes', '', '    no', '', '    no', 'yes'], ['yes', 'yes']],
    ['code indented by a tab', ['', '\tno'], []],
    ['code below a heading', ['# yes', '    no'], ['# yes']],
    ['a wrapped paragraph', ['yes', '    yes'], ['yes', 'yes']],
    ['a nested list', ['- yes', '    - yes', '', '    - yes'], ['- yes', '- yes', '- yes']],
    ['code in a list item', ['- yes', '', '      no'], ['- yes']],
    ['a comment of its own', ['<!-- no', 'no', '', 'no -->', 'yes'], ['yes']],
    ['a comment in a line', ['yes <!-- no --> yes'], ['yes             yes']],
    ['what stands behind a comment', ['<!--', '--> - [ ] yes'], ['- [ ] yes']],
    ['a comment that is never closed', ['<!-- yes', 'yes'], ['<!-- yes', 'yes']],
    [
      'a comment in a line that the next blank line leaves open',
      ['a <!-- b', '', '-->'],
      ['a <!-- b', '-->'],
    ],
    ['the mark of a comment in code', ['yes `<!--` yes', 'yes -->'], ['yes `<!--` yes', 'yes -->']],
    ['a raw block', ['<pre>', 'no', '</pre>', 'yes', '<pre>no</pre>', 'yes'], ['yes', 'yes']],
    ['a quote', ['> yes'], ['yes']],
  ])('leaves out what is code or comment: %s', (_, lines, said) => {
    expect(spoken(...lines)).toEqual(said);
  });

  it('has its places in the text, behind a byte order mark and with CRLF too', () => {
    const text = '\ufeffa <!-- x -->\r\n> b\r\n```\r\nc';
    for (const line of markdownLines(text)) {
      expect(text.slice(line.start, line.start + line.text.length)).toBe(line.text);
      expect(line.said.length).toBe(line.text.length);
    }
    expect(markdownLines(text).map(({ number, text: each }) => [number, each])).toEqual([
      [1, 'a <!-- x -->'],
      [2, '> b'],
      [3, '```'],
      [4, 'c'],
    ]);
  });

  it('is covered line by line, whatever the text is', () => {
    const piece = fc.constantFrom(
      '```',
      '~~~',
      '<!--',
      '-->',
      '- ',
      '> ',
      '    ',
      '\n',
      '\r\n',
      'a',
      '`',
      '---',
      '\ufeff',
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('');
        const lines = markdownLines(text);
        expect(lines.map(({ start, next }) => text.slice(start, next)).join('')).toBe(
          text.replace(/^\ufeff/, ''),
        );
        for (const { text: line, said, isSilent } of lines) {
          expect(said.length).toBe(line.length);
          if (isSilent) expect(said.trim()).toBe('');
        }
      }),
    );
  });

  it('can leave out code within a line', () => {
    expect(withoutCode('a `b` ``c ` d`` `e')).toBe(`a ${' '.repeat(13)} \`e`);
  });
});

describe('headings', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['of signs', ['# A', '## B ##', '####### C', '#D'], ['1 A', '2 B']],
    ['that are underlined', ['A', '===', 'B', '---'], ['1 A', '2 B']],
    ['but no rule below more than a line', ['a', 'b', '---'], []],
    ['but no rule below a list item, a quote or a blank', ['- a', '---', '> b', '---', '', '---'], []],
    ['but none in lists, quotes and code', ['- # a', '  # b', '', '> # c', '```', '# d', '```'], []],
  ])('are found: %s', (_, lines, found) => {
    expect(headings(...lines)).toEqual(found);
  });
});
