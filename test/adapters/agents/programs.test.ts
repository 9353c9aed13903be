import { membersIn, ProcessTree } from '../../../src/adapters/agents/process-tree.js';
import { keepLast, OutputLines, plainLine } from '../../../src/adapters/agents/agent-output.js';
import { RunLog } from '../../../src/adapters/agents/process-agent-runner.js';
import { invocationOf } from '../../../src/adapters/agents/start-program.js';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratchDirectory } from '../../support/scratch-directory.js';
import fc from 'fast-check';

const scratch = scratchDirectory();

describe('the lines of an output', () => {
  const linesOf = (...pieces: readonly Buffer[]): readonly string[] => {
    const lines: string[] = [];
    const reader = new OutputLines((line) => lines.push(line));
    for (const piece of pieces) reader.push(piece);
    reader.end();
    return lines;
  };

  it('are the same however the output was cut into pieces', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.nat(), (text, at) => {
        const bytes = Buffer.from(text, 'utf8');
        const cut = at % (bytes.length + 1);
        const [head, tail] = [bytes.subarray(0, cut), bytes.subarray(cut)];
        expect(linesOf(head, tail)).toEqual(linesOf(bytes));
      }),
    ));

  it('are empty where the text has empty lines, but not where a line is redrawn', () => {
    expect(linesOf(Buffer.from('a\n\nb\r\n\r\nc\r\rd\r'))).toEqual(['a', '', 'b', '', 'c', 'd']);
  });

  it('hold nothing that a terminal acts upon', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(plainLine(text)).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
      }),
    ));

  it('are cut where they are too long, and broken where a program never breaks them', () => {
    expect(linesOf(Buffer.from(`${'x'.repeat(3000)}\n`))).toEqual([`${'x'.repeat(1999)}\u2026`]);
    const endless = linesOf(...Array.from({ length: 3 }, () => Buffer.from('y'.repeat(1024 * 1024))));
    expect(endless.length).toBeGreaterThan(1);
  });

  it('are forgotten again, the oldest first', () => {
    const last: string[] = [];
    for (let at = 0; at < 1000; at++) keepLast(last, `${at}`);
    expect(last).toEqual(Array.from({ length: 400 }, (_, at) => `${600 + at}`));
  });
});

describe('the log of a run', () => {
  it('ends with a word about what is left out', () => {
    const path = join(scratch.path, 'run.log');
    const log = new RunLog(path, 5);
    for (const text of ['abc', 'def', 'ghi']) log.write(Buffer.from(text));
    expect(readFileSync(path, 'utf8')).toBe('abcde\n[The rest of the output is left out.]\n');
  });
});

describe('the processes of a tree, as ps lists them', () => {
  const LISTING = `
    1     0     1 Ss
   30    20    20 S
   20    10    20 Ss
   31    30    31 Ss
   32    31    31 Z
   40     1    20 S
   50     1    50 Ss
  `;

  it('are the leader, its group and all that descend from them, without those that have ended', () => {
    expect([...membersIn(LISTING, 20)].sort()).toEqual([20, 30, 31, 40]);
    expect(membersIn(LISTING, 99)).toEqual([]);
    expect(membersIn('', 20)).toEqual([]);
  });

  it('are asked of ps where there is no /proc', async () => {
    expect(new ProcessTree({ leader: process.pid }, 'darwin').members()).toContain(process.pid);
    expect(new ProcessTree({ mark: 'X=1' }, 'darwin').members()).toEqual([]);
    await new ProcessTree({ leader: 2 ** 22 + 1 }, 'darwin').end(0);
  });
});

describe('a program on Windows', () => {
  const FILES = new Set(['C:\\bin/claude.CMD', 'C:\\bin/node.EXE', 'D:\\x.bat']);
  const ENVIRONMENT = { Path: 'C:\\none;C:\\bin', PATHEXT: '.EXE;.CMD', ComSpec: 'C:\\cmd.exe' };
  const invoke = (...argv: readonly string[]) =>
    invocationOf(argv, ENVIRONMENT, 'win32', (path) => FILES.has(path));

  it('is found in the folders of the path', () => {
    expect(invoke('node', 'a b')).toEqual({ file: 'C:\\bin/node.EXE', args: ['a b'], isVerbatim: false });
    expect(invoke('nothing')).toEqual({ file: 'nothing', args: [], isVerbatim: false });
  });

  it('that is a batch file is run by the interpreter, which sees none of its characters in the arguments', () => {
    const { file, args, isVerbatim } = invoke('claude', 'a "b" & %c%\nd');
    expect({ file, isVerbatim }).toEqual({ file: 'C:\\cmd.exe', isVerbatim: true });
    expect(args.slice(0, 3)).toEqual(['/d', '/s', '/c']);
    expect(args[3]).toMatch(/^"C:\\bin\/claude\.CMD /);
    // Every special character of the argument is escaped twice.
    expect(args[3]?.slice(args[3].indexOf(' ') + 1, -1)).not.toMatch(/(?<!\^\^)(?<!\^\^\^)[&%"](?<!\^[&%"])/);
    expect(args[3]).not.toContain('\n');
  });

  it('is itself elsewhere', () => {
    expect(invocationOf(['claude', '&'], {}, 'linux')).toEqual({
      file: 'claude',
      args: ['&'],
      isVerbatim: false,
    });
  });
});
