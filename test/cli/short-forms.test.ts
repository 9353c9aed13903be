import { COMMANDS } from '../../src/app/cli/commands/all.js';
import { inFull, SHORT_FORMS, shortFormOf } from '../../src/app/cli/short-forms.js';

describe('a short form', () => {
  it.each([...SHORT_FORMS])('%s is the last word of a command, and begins no other one', (short, words) => {
    expect(COMMANDS.map((command) => command.words)).toContainEqual(words);
    expect(words.at(-1)).toBe(short);
    expect(COMMANDS.map((command) => command.words[0])).not.toContain(short);
    expect(shortFormOf(words)).toBe(short);
  });

  it.each([
    ['status', 'agent tasks status'],
    ['move-task WP01 --to doing', 'agent tasks move-task WP01 --to doing'],
    ['--feature status --json status --watch', '--feature status --json agent tasks status --watch'],
    ['--project=status list', '--project=status agent tasks list'],
    ['sync status', 'sync status'],
    ['implement status', 'implement status'],
    ['-- status', '-- status'],
    ['', ''],
  ])('"%s" is "%s"', (line, full) => {
    expect(inFull(line.split(' ')).join(' ')).toBe(full);
  });
});
