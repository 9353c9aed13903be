import { parse } from 'acorn';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../architecture/run-tool.js';

const starter = readFileSync(join(ROOT, 'dist', 'bin', 'spec-kitty.cjs'), 'utf8');

/** Runs the starter under a Node of that version, which has nothing that the starter could load. */
const startUnder = (version: string): { readonly said: readonly string[]; readonly exitCode: number } => {
  const said: string[] = [];
  const process = { versions: { node: version }, exitCode: 0, argv: [] };
  const load = (name: string) => {
    throw new Error(`it loads ${name}`);
  };
  const run = new Function('process', 'console', 'require', 'module', starter.replace(/^#!.*/, ''));
  run(process, { error: (text: string) => said.push(text) }, load, {});
  return { said, exitCode: process.exitCode };
};

describe('under a Node below the floor', () => {
  it('the starter can be read by every Node', () => {
    const read = () =>
      parse(starter, { ecmaVersion: 2015, allowReturnOutsideFunction: true, allowHashBang: true });
    expect(read).not.toThrow();
    expect(starter).not.toContain('"node:');
  });

  it.each(['6.17.1', '18.20.8', '20.18.3'])('%s: one sentence says which one is needed', (version) => {
    expect(startUnder(version)).toEqual({
      said: [`spec-kitty needs Node 20.19 or newer, and this is Node ${version}.`],
      exitCode: 1,
    });
  });

  it.each(['20.19.0', '22.0.0', '26.10.0'])('%s is new enough', (version) => {
    expect(() => startUnder(version)).toThrow('it loads');
  });
});
