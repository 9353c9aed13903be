import { readFileSync } from 'node:fs';
import { COMMANDS } from '../../src/app/cli/commands/all.js';
// @ts-expect-error scripts have no types
import { manPage } from '../../scripts/man-page.mjs';
import { commandName } from '../../src/app/cli/usage.js';

const plain = manPage().replaceAll('\\-', '-');

describe('the manual page', () => {
  it('is docs/spec-kitty.1, by the same data (scripts/man-page.mjs writes it)', () => {
    expect(readFileSync('docs/spec-kitty.1', 'utf8')).toBe(manPage());
  });

  it('is in the package, and named by it', () => {
    const { man, files } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect([man, files]).toEqual(['./docs/spec-kitty.1', expect.arrayContaining(['docs'])]);
  });

  it('has every command with every option that its help has', () => {
    for (const { words, options, examples } of COMMANDS) {
      expect(plain).toContain(`\n.SS\n${commandName(words)}`);
      for (const [name, { hidden }] of Object.entries(options))
        if (hidden !== true) expect(plain).toContain(`.B --${name}`);
      for (const [line] of examples) expect(plain).toContain(`.EX\n${line.replaceAll('\\', '\\e')}\n.EE`);
    }
  });

  it('has no line that commands the formatter by accident', () => {
    for (const line of manPage().split('\n'))
      if (/^[.']/.test(line)) expect(line).toMatch(/^\.(\\"|TH|SH|SS|TP|PP|EX|EE|B)( |$)/);
  });
});
