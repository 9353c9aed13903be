import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './run-tool.js';

const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, lines: readFileSync(join(ROOT, 'src', path), 'utf8').split('\n').length - 1 }))
  .sort((a, b) => a.lines - b.lines);

describe('the files of the program', () => {
  it('have at most 250 lines in nine of ten cases', () => {
    expect(sources.filter(({ lines }) => lines > 250).length).toBeLessThanOrEqual(sources.length / 10);
  });

  it('never have more than 400 lines', () => {
    expect(sources.filter(({ lines }) => lines > 400)).toEqual([]);
  });

  it('are named in kebab case', () => {
    expect(
      sources.filter(
        ({ path }) => !/^([a-z0-9.-]+[\\/])*[a-z0-9]+(-[a-z0-9]+)*(\.(d|module))?\.ts$/.test(path),
      ),
    ).toEqual([]);
  });
});
