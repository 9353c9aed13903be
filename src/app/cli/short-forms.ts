import { COMMON_OPTIONS } from './define-command.js';

/**
 * Commands that are called so often that their last word alone is enough: `spec-kitty status`. A line is written out in
 * full before anything else looks at it, so a short form can do whatever the command can.
 */
export const SHORT_FORMS: ReadonlyMap<string, readonly string[]> = new Map(
  [
    'agent feature finalize-tasks',
    'agent tasks status',
    'agent tasks list',
    'agent tasks mark-status',
    'agent tasks move-task',
    'agent tasks add-history',
    'auth login',
    'auth logout',
    'sync doctor',
    'hub serve',
  ].map((name) => {
    const words = name.split(' ');
    return [words.at(-1) ?? '', words];
  }),
);

/** The short form of a command, if it has one. */
export const shortFormOf = (words: readonly string[]): string | undefined =>
  [...SHORT_FORMS].find(([, full]) => full.join(' ') === words.join(' '))?.[0];

/** The same line with a short form written out; only the first word that is no option can be one. */
export const inFull = (argv: readonly string[]): readonly string[] => {
  const [at = argv.length] = placesOfWords(argv);
  const full = SHORT_FORMS.get(argv[at] ?? '');
  return full === undefined ? argv : [...argv.slice(0, at), ...full, ...argv.slice(at + 1)];
};

const VALUED: ReadonlySet<string> = new Set(
  Object.entries(COMMON_OPTIONS).flatMap(([name, { type }]) => (type !== 'boolean' ? [`--${name}`] : [])),
);

/** Where in a line its words are: what is neither an option nor the value of a common one, which may stand anywhere. */
export const placesOfWords = (argv: readonly string[]): readonly number[] => {
  const places: number[] = [];
  for (let at = 0; at < argv.length && argv[at] !== '--'; at++) {
    const word = argv[at] ?? '';
    if (VALUED.has(word)) at++;
    else if (!word.startsWith('-')) places.push(at);
  }
  return places;
};
