import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ADVICE } from '../dist/app/cli/errors/advice.js';
import { exitCodeLine, exitCodeOf, outcomeOfError } from '../dist/app/cli/exit-codes.js';
import { ERROR_KINDS, isRetryable, SyncError } from '../dist/domain/errors.js';
import { breakageType } from '../dist/domain/work/breakage.js';

/**
 * The page `docs/errors.md`: every error that a command can end with, from the very table that the program uses. Needs
 * `npm run build` first; a test says when the page is behind.
 */
export const errorReference = () => `${[INTRODUCTION, ...CODES.flatMap(section)].join('\n\n')}\n`;

/** Every code, in the order of the table. */
export const CODES = [...Object.keys(ERROR_KINDS), 'internal'];

const INTRODUCTION = `# Errors

<!-- Made by scripts/error-reference.mjs from src/domain/errors.ts and src/app/cli/errors. -->

A command that fails prints one error: \`error[code]: what happened\`, and below it \`hint: what to do next\`. With
\`--json\` the same is the document \`{"error": {"code", "message", "hint"}}\`. The code is stable: programs may compare
it, and never the message. Whatever is *again: yes* may succeed later although nobody changed anything.

Exit codes of every command: ${exitCodeLine()}.

Of what is marked *told*, the team learns by an \`ErrorLogged\` event when a workflow command ends with it: something
broke that the command could not refuse or avoid.`;

const section = (code) => {
  const error = errorOf(code);
  const isTold = breakageType(error) !== undefined;
  const facts = [
    `exit code ${exitCodeOf(outcomeOfError(error))}`,
    `again: ${isRetryable(error) ? 'yes' : 'no'}`,
    ...(isTold ? [`told as \`${breakageType(error)}\``] : []),
  ];
  return [`## \`${code}\``, `${sentence(meaningOf(code))} ${ADVICE[code]}`, `*${facts.join(' \u00b7 ')}*`];
};

const errorOf = (code) => (code === 'internal' ? new Error('a defect') : new SyncError(code, 'an example'));

const meaningOf = (code) =>
  code === 'internal' ? 'something happened that nobody has foreseen' : ERROR_KINDS[code].meaning;

const sentence = (words) => `${(words[0] ?? '').toUpperCase()}${words.slice(1)}.`;

if (process.argv[1] === import.meta.filename)
  await writeFile(join(import.meta.dirname, '..', 'docs', 'errors.md'), errorReference());
