import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { BIN } from '../support/run-cli.js';

/**
 * Completion in the shells themselves: keys are typed, and what the shell made of the line is looked at. Needs `script` of
 * util-linux; shells that are missing are installed on Debian.
 */
const place = mkdtempSync(join(tmpdir(), 'spec-kitty-shells-'));
const project = join(place, 'project');
const env = {
  ...process.env,
  ...{ HOME: place, SPEC_KITTY_HOME: join(place, 'state'), TERM: 'xterm', PS1: '$ ', LC_ALL: 'C.UTF-8' },
  PATH: [join(place, 'bin'), process.env['PATH']].join(delimiter),
};

const INSTALLING_MS = 300_000;

/** What is typed, with `\t` for the key, and the arguments that the shell hands over then. */
const CASES: readonly (readonly [keys: string, words: readonly string[]])[] = [
  ['statu\t', ['status']],
  ['agent ta\tmove\tWP0\t--to fo\t', ['agent', 'tasks', 'move-task', 'WP01', '--to', 'for_review']],
  ['list --feature 001\t', ['list', '--feature', '001-alpha']],
  ['implement WP01 --agent clau\t', ['implement', 'WP01', '--agent', 'claude']],
  ['mark-status T00\t--status don\t', ['mark-status', 'T001', '--status', 'done']],
  ['completion z\t', ['completion', 'zsh']],
  ['help sy\t', ['help', 'sync']],
  ['events import not\t', ['events', 'import', 'notes.txt']],
  ['move-task WP01 --to not\t', ['move-task', 'WP01', '--to', 'not']],
  ['--project kitt\t', ['--project', 'kitty-specs']],
];

beforeAll(() => {
  const missing = ['bash', 'zsh', 'fish'].filter(
    (shell) => spawnSync(shell, ['-c', ':'], { env }).error !== undefined,
  );
  if (missing.length > 0)
    execFileSync('sh', ['-c', `apt-get update -qq && apt-get install -y -qq ${missing.join(' ')}`]);
  const feature = join(project, 'kitty-specs', '001-alpha');
  mkdirSync(join(feature, 'tasks'), { recursive: true });
  mkdirSync(join(place, 'bin'));
  writeFileSync(join(feature, 'tasks.md'), '# Tasks\n\n## Work Package WP01: One\n\n- [ ] T001 Do it\n');
  writeFileSync(join(feature, 'tasks', 'WP01-one.md'), '---\nwork_package_id: WP01\nlane: planned\n---\n');
  writeFileSync(join(project, 'notes.txt'), '');
  // A line that is run shows its arguments; only what the scripts themselves ask goes to the program.
  const program = join(place, 'bin', 'spec-kitty');
  writeFileSync(
    program,
    `#!/bin/sh
case "$1" in
  --complete|completion-script) ;;
  *) printf 'GOT'; printf '<%s>' "$@"; printf '\\n'; exit ;;
esac
[ "$1" = completion-script ] && shift && set -- completion "$1"
exec '${process.execPath}' '${BIN}' "$@"
`,
  );
  chmodSync(program, 0o755);
  execFileSync('git', ['init', '--quiet'], { cwd: project });
}, INSTALLING_MS);

afterAll(() => rmSync(place, { recursive: true, force: true }));

/** The arguments of the line that the shell ran after these keys. */
const typed = (shell: string, command: string, keys: string): readonly string[] => {
  const setUp = `source <(spec-kitty completion-script ${shell})`;
  const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
    cwd: project,
    env,
    encoding: 'utf8',
    input: `${setUp}\nspec-kitty ${keys}\nexit\n`,
  });
  const [, got = ''] = /GOT((?:<[^>\n]*>)+)/.exec(stdout) ?? [];
  if (got === '') throw new Error(`${shell} ran nothing:\n${stdout}`);
  return [...got.matchAll(/<([^>]*)>/g)].map(([, word = '']) => word.replace(/\/$/, ''));
};

describe.each([
  ['bash', 'bash --norc --noprofile -i'],
  ['zsh', 'zsh -f -i'],
])('%s', (shell, command) => {
  it.each(CASES)('completes %j', (keys, words) => {
    expect(typed(shell, command, keys)).toEqual(words);
  });
});

describe('fish', () => {
  it.each(CASES)('completes %j', (keys, words) => {
    // Its completions of a line can be asked for: the keys up to each tab, one after the other.
    const line = keys
      .split('\t')
      .slice(0, -1)
      .reduce((before, next) => {
        const script = `spec-kitty completion-script fish | source; complete -C '${before}${next}'`;
        const { stdout } = spawnSync('fish', ['--no-config', '-c', script], {
          cwd: project,
          env,
          encoding: 'utf8',
        });
        const [only = '', another] = stdout
          .trim()
          .split('\n')
          .map((answer) => answer.split('\t')[0] ?? '');
        const word = another === undefined && only !== '' ? only : next.split(' ').at(-1);
        return `${(before + next).replace(/\S*$/, '')}${word} `;
      }, 'spec-kitty ');
    const shown = line.trim().split(' ').slice(1);
    expect(shown.map((word) => word.replace(/\/$/, ''))).toEqual(words);
  });
});
