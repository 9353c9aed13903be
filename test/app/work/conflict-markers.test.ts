import { conflictLine } from '../../../src/app/work/locate-feature.js';
import { corpusPaths, corpusText } from '../../support/corpus.js';

const lineIn = (...lines: readonly string[]): number | undefined => conflictLine(lines.join('\n'));

describe('a conflict that nobody settled', () => {
  it.each<[string, readonly string[], number]>([
    ['as git writes it', ['a', '<<<<<<< HEAD', 'b', '=======', 'c', '>>>>>>> other', 'd'], 2],
    ['with its base', ['<<<<<<< a', '||||||| b', '=======', '>>>>>>> c'], 1],
    ['with CRLF', ['a\r', '<<<<<<< HEAD\r', '=======\r', '>>>>>>> other\r'], 2],
    ['behind a byte order mark', ['\ufeff<<<<<<< HEAD', '=======', '>>>>>>> x'], 1],
    ['in a fence', ['```', '<<<<<<< HEAD', '=======', '>>>>>>> x', '```'], 2],
    ['without labels', ['<<<<<<<', '=======', '>>>>>>>'], 1],
    ['whose first mark is gone', ['a', '=======', 'b', '>>>>>>> x'], 2],
    ['whose last mark is gone', ['a', '<<<<<<< HEAD', '======='], 2],
    ['behind an underline', ['Title', '=======', '', '<<<<<<< HEAD', '=======', '>>>>>>> x'], 2],
  ])('is found %s', (_, lines, line) => {
    expect(lineIn(...lines)).toBe(line);
  });

  it.each<[string, readonly string[]]>([
    ['an underline', ['Title', '=======', 'text']],
    ['indented marks', ['    <<<<<<< HEAD', '    =======', '    >>>>>>> x']],
    ['marks in a sentence', ['git writes `<<<<<<<` and `>>>>>>>`']],
    ['one mark', ['<<<<<<< HEAD', 'text']],
    ['longer signs', ['<<<<<<<<<', '========', '>>>>>>>>>']],
    ['a mark that runs on', ['<<<<<<<HEAD', '=======', '>>>>>>>x']],
  ])('is not seen in %s', (_, lines) => {
    expect(lineIn(...lines)).toBeUndefined();
  });

  it('stands in no file of the corpus', () => {
    expect(corpusPaths().filter((path) => conflictLine(corpusText(path)) !== undefined)).toEqual([]);
  });
});
