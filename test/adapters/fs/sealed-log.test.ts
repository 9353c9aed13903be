import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  appendToLog,
  readLog,
  openLine,
  parseLine,
  sealLine,
  splitLines,
} from '../../../src/adapters/fs/sealed-log.js';
import { scratchDirectory } from '../../support/scratch-directory.js';

const root = scratchDirectory();
const path = (): string => join(root.path, 'log.jsonl');

describe('a sealed line', () => {
  const object = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 });

  it('gives back what was sealed, and is JSON to everybody else', () => {
    fc.assert(
      fc.property(object, (given) => {
        const json = JSON.stringify(given);
        const line = sealLine(json);
        expect(openLine(Buffer.from(line))).toBe(json);
        expect(parseLine(Buffer.from(line))).toEqual(JSON.parse(json));
        expect(() => JSON.parse(line) as unknown).not.toThrow();
      }),
    );
  });

  it('is nothing once any byte of it is another', () => {
    const line = Buffer.from(sealLine('{"a":"ä","b":[1,2]}'));
    fc.assert(
      fc.property(fc.nat(line.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const damaged = Buffer.from(line);
        damaged[at]! ^= mask;
        expect(parseLine(damaged)).toBeUndefined();
      }),
    );
  });

  it('is nothing when what was sealed is no JSON', () => {
    expect(parseLine(Buffer.from(sealLine('{nonsense}')))).toBeUndefined();
  });

  it('is told from what follows the last newline', () => {
    const { lines, rest } = splitLines(Buffer.from('a\n\nb\nc'));
    expect([...lines, rest].map(String)).toEqual(['a', '', 'b', 'c']);
  });
});

describe('a sealed log', () => {
  const three = (): void => {
    appendToLog(path(), [{ n: 1 }, { n: 2 }]);
    appendToLog(path(), [{ n: 3 }]);
  };

  it('holds what was appended, in order', () => {
    expect(readLog(path())).toEqual([]);
    three();
    appendToLog(path(), []);
    expect(readLog(path())).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });

  it('scenario 4: leaves out, wherever it was cut off, the entry that is not whole, and goes on behind the others', () => {
    three();
    const whole = readFileSync(path());
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(path(), whole.subarray(0, length));
      const left = readLog(path());
      expect(left).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }].slice(0, left.length));
      appendToLog(path(), [{ n: 4 }]);
      expect(readLog(path())).toEqual([...left, { n: 4 }]);
    }
  });

  it('cuts nothing off for whoever has not its lock: another process may be in the middle of it', () => {
    three();
    const whole = readFileSync(path());
    const cut = whole.subarray(0, whole.length - 5);
    writeFileSync(path(), cut);
    appendToLog(path(), [{ n: 4 }], 'beside');
    expect(readFileSync(path()).subarray(0, cut.length)).toEqual(cut);
    expect(readLog(path())).toEqual([{ n: 1 }, { n: 2 }, undefined, { n: 4 }]);
    appendToLog(path(), [{ n: 5 }], 'beside');
    expect(readLog(path()).at(-1)).toEqual({ n: 5 });
  });

  it('scenario 4: loses one entry at most to any flipped bit, and shows where it was', () => {
    three();
    const whole = readFileSync(path());
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const flipped = Buffer.from(whole);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      writeFileSync(path(), flipped);
      const readable = readLog(path()).filter((entry) => entry !== undefined);
      expect(readable.length).toBeGreaterThanOrEqual(2);
      for (const entry of readable) expect([{ n: 1 }, { n: 2 }, { n: 3 }]).toContainEqual(entry);
    }
  });

  it('tells the failure when the file cannot be read', () => {
    mkdirSync(path());
    expect(() => readLog(path())).toThrow('EISDIR');
    expect(() => appendToLog(path(), [{ n: 1 }])).toThrow('EISDIR');
  });
});
