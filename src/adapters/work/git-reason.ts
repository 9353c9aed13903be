import type { GitRun } from './git-process.js';

/** What git or a hook gave as the reason of a failure, in one line. */
export const reasonOf = ({ code, stdout, stderr }: GitRun): string => {
  if (stderr.includes('Please tell me who you are'))
    return 'git does not know user.name and user.email here; tell it with git config --global user.name NAME, and the same for user.email';
  const ignored = IGNORED.exec(stderr)?.[1];
  if (ignored !== undefined) return `${ignored} is ignored by a .gitignore file`;
  const lines = `${stderr}\n${stdout}`
    .replace(TERMINAL_CODES, '')
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('hint:'));
  const own = lines.find((line) => OWN_REASON.test(line))?.replace(OWN_REASON, '');
  if (own !== undefined) return withRemedy(own, lines);
  const telling = firstTelling(lines);
  return telling.length > 0 ? telling.join(' / ') : `git ended with code ${code} and gave no reason`;
};

/**
 * The lines by which the words of a hook tell the reason. Hooks begin with it: what follows is where the program stood,
 * counts, and where to get help; what comes before says only what is about to be done. The first line that names a
 * trouble is shown also when it comes later.
 */
const firstTelling = (lines: readonly string[]): readonly string[] => {
  const telling = lines.filter((line) => !NOISE.some((noise) => noise.test(line)));
  const trouble = telling.findIndex((line) => TROUBLE.test(line));
  const shown = telling.slice(0, trouble < SHOWN ? SHOWN : SHOWN - 1);
  const later = trouble < SHOWN ? undefined : telling[trouble];
  // Of a hook that says nothing else, its last word is better than none.
  const found = telling.length === 0 ? lines.slice(-1) : [...shown, ...(later === undefined ? [] : [later])];
  return found.map((line) => (line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line));
};

/** Where git names the command that lifts what it refuses for, it is repeated. */
const withRemedy = (reason: string, lines: readonly string[]): string => {
  const remedy = lines.find((line) => line.startsWith('git config --global --add safe.directory '));
  return remedy === undefined ? reason : `${reason}. If you trust it, run: ${remedy}`;
};

const SHOWN = 3;
const LONGEST = 300;
const IGNORED = /paths are ignored by one of your \.gitignore files:\r?\n([^\r\n]+)/;
const OWN_REASON = /^(fatal|error):\s*/;
/** Colours of a terminal, which tools print also where nobody sees them. */
const TERMINAL_CODES = new RegExp(String.raw`\u001b\[[0-9;?]*[A-Za-z]`, 'g');
const TROUBLE =
  /error|fail|invalid|cannot|can't|must|not |denied|refus|missing|unexpected|\u2716|\u2718|\u00d7|\u274c|\b[1-9]\d* problems?/i;

/** What tools around hooks say of themselves. */
const NOISE: readonly RegExp[] = [
  // Where a program stood, and what it ran on.
  /^at .*[:(]/,
  /^Node\.js v\d/,
  /^node:internal\//,
  /^[~^\s|-]+$/,
  // Who called whom.
  /^husky\b/,
  /^> ?\S/,
  /^\$ /,
  /^yarn run /,
  /^(?:npm|pnpm|yarn) (?:ERR!|error)/i,
  /^ELIFECYCLE\b/,
  /^- (?:hook id|exit code|duration):/,
  // What went well, what is counted, and where help is.
  /^(?:\u2714|\u2713|\u221a|\u29d7|\u24d8|\u2139|\u2193|\u2192|\u276f)/,
  /^\[(?:STARTED|COMPLETED|SKIPPED|DATA)\]/,
  /^(?:PASS\b|ok \d)/,
  /\.{3,}\s*(?:Passed|Skipped|\(no files to check\).*)$/,
  /^(?:\u2716|\u2718|\u00d7)\s+found \d+ problems/,
  /^(?:All done|Done in)\b/,
];
