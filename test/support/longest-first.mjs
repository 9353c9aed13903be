import { statSync } from 'node:fs';

/**
 * The files that take minutes begin first, so that none of them is alone at the end with one worker idle. The others
 * follow by their size, which is all that a fresh clone knows of them.
 */
export default class LongestFirst {
  sort(tests) {
    const rankOf = ({ path }) => {
      const at = LONGEST.findIndex((name) => path.replaceAll('\\', '/').includes(`/test/${name}`));
      return at < 0 ? LONGEST.length : at;
    };
    return tests
      .map((test) => ({ test, rank: rankOf(test), bytes: statSync(test.path).size }))
      .sort((a, b) => a.rank - b.rank || b.bytes - a.bytes)
      .map(({ test }) => test);
  }

  cacheResults() {}
}

const LONGEST = [
  ...['acceptance/orchestrate-large', 'package/package', 'deep/orchestrate-killed', 'acceptance/kills'],
  ...['editor/window', 'crash/commands', 'acceptance/hostile-repository', 'editor/kinds-of-window'],
  ...['acceptance/merge', 'acceptance/together', 'acceptance/demo', 'acceptance/orchestrate'],
];
