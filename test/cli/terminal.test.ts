import { bufferSink } from '../support/buffer-sink.mjs';
import { hasColour, widthOf } from '../../src/app/cli/io.js';
import type { Io } from '../../src/app/cli/io.js';
import { createTerminal } from '../../src/app/cli/terminal.js';

const setUp = (options: { json?: boolean; quiet?: boolean; colour?: boolean; columns?: number } = {}) => {
  const stdout = bufferSink(options.columns);
  const stderr = bufferSink(options.columns);
  const io: Io = { stdout, stderr, stdin: () => expectNoInput(), env: {}, cwd: '/' };
  const terminal = createTerminal(io, {
    json: options.json ?? false,
    quiet: options.quiet ?? false,
    colour: options.colour ?? false,
  });
  return { terminal, out: stdout.text, err: stderr.text };
};

const expectNoInput = (): never => {
  throw new Error('nobody reads here');
};

describe('the terminal', () => {
  it('writes data to stdout and messages to stderr', () => {
    const { terminal, out, err } = setUp();
    terminal.print('data');
    terminal.raw('{}');
    terminal.note('by the way');
    terminal.warn('look out');
    expect([out(), err()]).toEqual(['data\n{}', 'by the way\nwarning: look out\n']);
  });

  it('leaves stdout to the one document with --json', () => {
    const { terminal, out } = setUp({ json: true });
    terminal.print('data');
    terminal.raw('{}');
    terminal.document({ a: 1 });
    expect(JSON.parse(out())).toEqual({ a: 1 });
  });

  it('leaves out notes with --quiet, but no warning', () => {
    const { terminal, err } = setUp({ quiet: true });
    terminal.note('by the way');
    terminal.warn('look out');
    expect(err()).toBe('warning: look out\n');
  });

  it('redraws progress in place and removes it before anything else is written', () => {
    const { terminal, out, err } = setUp({ columns: 20 });
    terminal.progress(['one', 'two']);
    terminal.progress(['a line that is longer than the terminal']);
    terminal.print('data');
    terminal.progress([]);
    expect(err()).toBe('one\ntwo\n\x1b[2A\r\x1b[Ja line that is lon…\n\x1b[1A\r\x1b[J');
    expect(out()).toBe('data\n');
  });

  it('shows no progress where there is no terminal, and none with --quiet', () => {
    const plain = setUp();
    plain.terminal.progress(['one']);
    const quiet = setUp({ columns: 80, quiet: true });
    quiet.terminal.progress(['one']);
    expect(plain.err() + quiet.err()).toBe('');
  });

  it('knows its width, and has no limit where there is no terminal', () => {
    expect([setUp().terminal.width, setUp({ columns: 120 }).terminal.width]).toEqual([Infinity, 120]);
    expect(setUp({ columns: 120 }).terminal.interactive).toBe(true);
  });
});

describe('widthOf', () => {
  it.each([
    ['a terminal', 120, undefined, 120],
    ['a terminal without a size', 0, undefined, Infinity],
    ['a pipe', undefined, undefined, Infinity],
    ['a pipe with COLUMNS', undefined, '100', 100],
    ['a terminal with COLUMNS', 80, '100', 100],
    ['COLUMNS that is no width', 80, '0', 80],
    ['COLUMNS that is no number', undefined, 'wide', Infinity],
    ['an empty COLUMNS', 80, '', 80],
  ])('%s', (_, columns, variable, expected) => {
    expect(widthOf(bufferSink(columns), { COLUMNS: variable })).toBe(expected);
  });
});

describe('hasColour', () => {
  it.each([
    ['a terminal', 80, {}, true, true],
    ['a pipe', undefined, {}, true, false],
    ['a terminal with NO_COLOR', 80, { NO_COLOR: '1' }, true, false],
    ['a terminal with an empty NO_COLOR', 80, { NO_COLOR: '' }, true, true],
    ['a dumb terminal', 80, { TERM: 'dumb' }, true, false],
    ['a terminal with --no-color', 80, {}, false, false],
    ['a pipe with FORCE_COLOR', undefined, { FORCE_COLOR: '1' }, true, true],
    ['a dumb terminal with FORCE_COLOR', 80, { FORCE_COLOR: '3', TERM: 'dumb' }, true, true],
    ['a terminal with FORCE_COLOR=0', 80, { FORCE_COLOR: '0' }, true, false],
    ['a pipe with an empty FORCE_COLOR', undefined, { FORCE_COLOR: '' }, true, false],
    ['FORCE_COLOR beside NO_COLOR', 80, { FORCE_COLOR: '1', NO_COLOR: '1' }, true, false],
    ['FORCE_COLOR beside --no-color', undefined, { FORCE_COLOR: '1' }, false, false],
  ])('decides for %s', (_, columns, env, wanted, expected) => {
    expect(hasColour(bufferSink(columns), env, wanted)).toBe(expected);
  });
});
