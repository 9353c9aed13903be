import {
  bold,
  cyan,
  dim,
  fitted,
  green,
  lines,
  red,
  toPlain,
  toTerminal,
  yellow,
} from '../../src/app/cli/render/text.js';

describe('text', () => {
  it('is styled where there is colour', () => {
    expect(toTerminal(['a ', bold('b'), red(dim('c'))], true)).toBe(
      'a \x1b[1mb\x1b[22m\x1b[31m\x1b[2mc\x1b[22m\x1b[39m',
    );
  });

  it('has no escape sequence where there is none', () => {
    expect(toTerminal([green('a'), yellow('b'), cyan('c')], false)).toBe('abc');
  });

  it('scenario 32: escapes inside a style too', () => {
    expect(toTerminal(red('\x1b[0m'), true)).toBe('\x1b[31m\\x1b[0m\x1b[39m');
  });

  it('does not style nothing', () => {
    expect(toTerminal(red(''), true)).toBe('');
  });

  it('joins lines', () => {
    expect(toTerminal(lines(['a', bold('b')]), false)).toBe('a\nb');
  });

  it('is plain for measuring', () => {
    expect(toPlain(['a', bold(['b', red('c')])])).toBe('abc');
  });

  it('keeps its styles where it is cut, and is one line', () => {
    expect(toTerminal(fitted(bold(red('long')), 3), true)).toBe(toTerminal(bold(red('lo\u2026')), true));
    expect(toTerminal(fitted(['a\n', bold('bcd')], 5), true)).toBe(
      `a\\n${toTerminal(bold('b\u2026'), true)}`,
    );
  });
});
