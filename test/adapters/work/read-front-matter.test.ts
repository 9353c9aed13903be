import { readFrontMatter } from '../../../src/adapters/work/read-front-matter.js';

const FRONT = '---\nwork_package_id: "WP01"\nlane: "for_review"\n---\n';
const TEXT = `${FRONT}\n# One\n\nWords.\n`;

const faultLine = (text: string): number | undefined => readFrontMatter(text).fault?.line;

describe('a front matter that does not begin on line 1', () => {
  it.each<[string, string, number]>([
    ['a blank line', `\n${TEXT}`, 2],
    ['blank lines with CRLF', `\r\n \r\n${TEXT.replaceAll('\n', '\r\n')}`, 3],
    ['a blank', ` ${TEXT}`, 1],
    ['a second byte order mark', `\ufeff\ufeff${TEXT}`, 1],
    ['a comment', `<!-- markdownlint-disable -->\n${TEXT}`, 2],
    ['a comment of two lines', `<!-- a\nb -->\n\n${TEXT}`, 4],
    ['a heading', `# WP01\n${TEXT}`, 2],
    ['a heading and a comment', `\ufeff# WP01\n\n<!-- c -->\n${TEXT}`, 4],
    ['a fence around all', `\`\`\`markdown\n${TEXT}\`\`\`\n`, 2],
    ['words', `Some words.\n\nMore words\n${TEXT}`, 4],
    ['a first line that says more than ---', TEXT.replace('---', '--- # front'), 1],
    ['keys that nobody knows', '\n---\nsprint: 4\n---\n', 2],
    ['no opening line', TEXT.slice(4), 1],
  ])('is a fault with its line behind %s', (_, text, line) => {
    expect(readFrontMatter(text)).toMatchObject({ frontMatter: {}, fault: { line } });
  });

  it.each<[string, string, number]>([
    ['behind a blank line', `---\nlane: doing\n---\n\n${TEXT}`, 5],
    ['at once', `---\nlane: doing\n---\n${TEXT}`, 4],
    ['behind a heading', `${FRONT}# One\n\n---\ntitle: x\nlane: done\n---\n`, 7],
  ])('is a fault where it is the second one, %s', (_, text, line) => {
    expect(faultLine(text)).toBe(line);
  });

  it.each<[string, string]>([
    ['no front matter', '# One\n\nWords.\n'],
    ['a rule', '# One\n\n---\n\nNote: words\n\n---\n\nlane: words\n'],
    ['an example in a fence', '# One\n\n```yaml\n---\nlane: done\n---\n```\n'],
    ['an example behind the front matter', `${FRONT}\n\`\`\`\n---\nlane: done\n---\n\`\`\`\n`],
    ['rules behind the front matter', `${FRONT}\n---\n\nWords\n---\n`],
    ['one byte order mark', `\ufeff${TEXT}`],
    ['nothing', ''],
  ])('is not seen in a file with %s', (_, text) => {
    expect(readFrontMatter(text).fault).toBeUndefined();
  });
});
