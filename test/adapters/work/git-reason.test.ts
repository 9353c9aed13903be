import { reasonOf } from '../../../src/adapters/work/git-reason.js';

const reason = (stderr: string, stdout = ''): string => reasonOf({ code: 1, stderr, stdout });

describe('the reason of a failure is one line', () => {
  it.each([
    ['fatal: no such thing\nhint: try it\n', '', 'no such thing'],
    ['warning: w\nerror: first\nfatal: second\n', '', 'first'],
    ['a hook speaks\r\nand ends\r\n', '', 'a hook speaks / and ends'],
    ['', 'nothing to commit\n', 'nothing to commit'],
    ['', '', 'git ended with code 1 and gave no reason'],
  ])('of %j', (stderr, stdout, expected) => {
    expect(reason(stderr, stdout)).toBe(expected);
  });

  it('repeats the remedy that git names for a repository of somebody else', () => {
    const words =
      "fatal: detected dubious ownership in repository at '/srv/a'\nTo add an exception for this directory, call:\n\n\tgit config --global --add safe.directory /srv/a\n";
    expect(reason(words)).toBe(
      "detected dubious ownership in repository at '/srv/a'. If you trust it, run: git config --global --add safe.directory /srv/a",
    );
  });
});

describe('of the words of a hook the first telling lines are shown', () => {
  it.each([
    [
      'a program that broke',
      '> app@1.0.0 lint\n> eslint .\n\nnode:internal/modules/cjs/loader:1228\n  throw err;\n  ^\n\nError: Cannot find module x\n    at load (/x.js:1:2)\n    at async Promise.all (index 0)\n\nNode.js v20.20.2',
      /Error: Cannot find module x$/,
    ],
    [
      'a stack',
      'TypeError: x is not a function\n    at load (/x.js:1:2)\n\nNode.js v20.20.2',
      /^TypeError: x is not a function$/,
    ],
    [
      'commitlint',
      '⧗   input: Add\n✖   subject may not be empty [subject-empty]\n\n✖   found 1 problems, 0 warnings\nⓘ   Get help: https://example.org/help',
      /^✖ {3}subject may not be empty \[subject-empty\]$/,
    ],
    [
      'husky',
      'a.md:3 MD009 trailing spaces\n\nhusky - pre-commit script failed (code 1)',
      /^a\.md:3 MD009 trailing spaces$/,
    ],
    [
      'pre-commit',
      'check yaml...........................(no files to check)Skipped\ntrim trailing whitespace.................Failed\n- hook id: trailing-whitespace\n- exit code: 1\n- files were modified by this hook\n\nFixing a.md\n',
      /^trim trailing whitespace\.+Failed \/ - files were modified by this hook \/ Fixing a\.md$/,
    ],
    [
      'lint-staged',
      '[STARTED] Running tasks...\n✔ Preparing lint-staged...\n\u001b[31m✖ prettier --check:\u001b[39m\n[warn] a.md\n↓ Skipped\n',
      /^✖ prettier --check: \/ \[warn\] a\.md$/,
    ],
    [
      'tests that failed after many that passed',
      'PASS a\nrunning b\nrunning c\nrunning d\nFAIL e\nTests: 1 failed\nDone in 3 s',
      /^running b \/ running c \/ FAIL e$/,
    ],
    ['a count only', 'Found 2 errors in 1 file (checked 3 source files)', /^Found 2 errors in 1 file/],
    [
      'a cheerful end',
      'E501 line too long\n\n1 file would be left unchanged.\nAll done!',
      /^E501 line too long/,
    ],
    ['nothing but noise', 'husky - pre-commit hook exited with code 1', /^husky/],
  ])('of %s', (_what, words, expected) => {
    expect(reason(words)).toMatch(expected);
    expect(reason(words)).not.toContain('\u001b');
    expect(reason(words)).not.toMatch(/\n|Node\.js v|Get help|All done|Done in/);
  });
});
