import { readFileSync } from 'node:fs';
import { ADVICE } from '../../src/app/cli/errors/advice.js';
// @ts-expect-error scripts have no types
import { CODES, errorReference } from '../../scripts/error-reference.mjs';
import { faultText, shownFault } from '../../src/app/cli/render/fault.js';
import { toTerminal } from '../../src/app/cli/render/text.js';
import { ERROR_KINDS, SyncError, type ErrorKind } from '../../src/domain/errors.js';

/** Programs compare these: one may be added, none may go or be called otherwise. */
const STABLE = [
  ...['config-unreadable', 'config-not-writable', 'state-root-unsafe', 'storage-failed', 'storage-corrupt'],
  ...['lock-busy', 'lock-unsupported', 'not-a-repository', 'feature-not-found', 'feature-ambiguous'],
  ...['work-package-not-found', 'task-not-found', 'work-package-unreadable', 'tasks-unreadable'],
  ...[
    'dependency-invalid',
    'dependency-not-ready',
    'transition-illegal',
    'commit-refused',
    'worktree-failed',
  ],
  ...['merge-conflict', 'merge-refused', 'orchestration-absent', 'orchestration-unfinished', 'git-failed'],
  ...['outbox-full', 'unreachable', 'protocol-mismatch', 'not-signed-in'],
  ...['sign-in-failed', 'session-expired', 'insecure-server', 'wrong-usage', 'input-invalid', 'interrupted'],
  ...['hub-busy', 'dependency-missing', 'internal'],
];

describe('the errors of the program', () => {
  it('are described in docs/errors.md by the same data (scripts/error-reference.mjs writes it)', () => {
    expect(readFileSync('docs/errors.md', 'utf8')).toBe(errorReference());
  });

  it('keep their codes', () => {
    expect(STABLE.filter((code) => !(CODES as readonly string[]).includes(code))).toEqual([]);
  });

  it('are all there, each once, with what it means and a whole sentence about what to do', () => {
    const headings = errorReference().match(/^## .*$/gm);
    expect(headings).toEqual([...Object.keys(ERROR_KINDS), 'internal'].map((code) => `## \`${code}\``));
    for (const advice of Object.values(ADVICE)) expect(advice).toMatch(/^[A-Z].*\.$/);
    for (const { meaning } of Object.values(ERROR_KINDS)) expect(meaning).toMatch(/^[a-z].*[^.]$/);
  });

  it.each(Object.keys(ERROR_KINDS) as ErrorKind[])('%s is printed with its code and a hint', (kind) => {
    const shown = toTerminal(faultText(shownFault(new SyncError(kind, 'It happened.'))), false);
    expect(shown).toMatch(new RegExp(`^error\\[${kind}\\]: It happened\\.\\nhint: \\S`));
  });

  it('tell the exit code, whether trying again helps, and what the team is told', () => {
    const page = errorReference();
    expect(page).toContain('## `storage-failed`\n\nA file could not be read or written.');
    expect(page).toContain('*exit code 1 · again: yes · told as `runtime`*');
    expect(page).toContain('*exit code 4 · again: no*');
    expect(page).toContain('*exit code 130 · again: yes*');
  });
});
