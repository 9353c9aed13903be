import { compareWorkPackageIds, workPackageNumber } from './work-package-id.js';

/** One element of a dependency statement: an id, a range, or all that come before. */
export interface StatedDependency {
  /** As a person reads it. */
  readonly name: string;
  readonly ids: readonly string[];
  /** With every work package whose number lies between these, both included. */
  readonly between?: readonly [low: number, high: number | 'previous'];
}

/**
 * Reads a text such as `Requires WP01 + WP02 (printer); WP04–WP06, parallel with WP07` for the work package `self`.
 * Each word has a kind, a letter of {@link KINDS}, and what a sentence says depends on the letters of its words alone:
 * it is a list of ids with words that lead to one, or it has a subject. What is neither is not guessed at. Each id of the
 * text is in one of the lists.
 */
export const parseDependencyText = (text: string, self = '') => {
  const us = self.toUpperCase();
  const dependencies: StatedDependency[] = [];
  const named: Record<'ignored' | 'unclear', string[]> = { ignored: [], unclear: [] };
  const say = (verdict: Verdict, words: readonly Word[]): void => {
    if (verdict === 'needed') dependencies.push(...words.flatMap(({ dependency }) => dependency ?? []));
    else named[verdict].push(...words.flatMap(idsOf).filter((id) => id !== us));
  };

  /** Ids, each judged by what stands between it and the one before. */
  const list = (words: readonly Word[]): void => {
    let usual: Verdict = 'needed';
    let from = 0;
    for (const [at, word] of words.entries()) {
      if (word.dependency === undefined) continue;
      const verdict: Verdict =
        firstOf(GAPS, (from === 0 ? '^' : '') + kindsOf(words.slice(from, at))) ?? usual;
      if (verdict !== 'unclear') usual = verdict;
      if (verdict === 'unclear') named.unclear.push(...idsOf(word));
      else say(verdict, [word]);
      from = at + 1;
    }
    // `WP02 optional`: whether it is needed is for the writer to say.
    if (WEAKENED.test(kindsOf(words.slice(from)))) say('unclear', words.slice(0, from).slice(-1));
    if (from === 0) named.unclear.push(...words.flatMap((word) => (word.kind === 'M' ? word.text : [])));
  };

  const sentence = (words: readonly Word[]): void => {
    const [, before = '', named = ''] = SUBJECT.exec(kindsOf(words)) ?? [];
    const subjects = words.slice(before.length, before.length + named.length);
    const rest = words.slice(before.length + named.length);
    if (named === '') list(words);
    else if (kindsOf(subjects, us).includes('I')) {
      // What others do. That they come first makes them dependencies; what they need is said in their own sections.
      // Of several subjects only the last one is meant, or all by a slip.
      const isOneOfThem = subjects.flatMap(idsOf).length > 1 && SINGULAR.test(rest[0]?.text ?? '');
      const verdict = isOneOfThem ? 'unclear' : (firstOf(DEEDS, kindsOf(rest, us)) ?? 'unclear');
      say(verdict, verdict === 'needed' ? subjects : words);
    }
    // What the work package itself does: it needs something, or nothing of it matters here.
    else if (kindsOf(rest, us).includes('I')) list(rest);
  };

  /** Text in parentheses: a remark, or more of the list. */
  const aside = ({ words, idBefore }: Aside): void => {
    const kinds = kindsOf(words);
    if (idBefore !== undefined && WEAKENED.test(kinds)) say('unclear', [idBefore]);
    if (BARE.test(kinds) && (idBefore === undefined || kinds.startsWith('S'))) list(words);
    else say(EXCLUDING.test(kinds) && !DOUBT.test(kinds) ? 'ignored' : 'unclear', words);
  };

  const { plain, asides } = withoutParentheses(plainText(text));
  const saysNone = NONE.test(kindsOf(wordsOf(plain))) || SIGN_OF_NONE.test(text);
  if (!saysNone) {
    sentencesOf(plain).forEach(sentence);
    asides.forEach(aside);
  } else {
    // `None` stands against remarks, unless they take it back.
    for (const words of [...sentencesOf(plain), ...asides.map((each) => each.words)])
      say(TAKEN_BACK.test(kindsOf(words, us)) ? 'unclear' : 'ignored', words);
  }
  return {
    saysNone,
    dependencies,
    /** Ids behind words that exclude (`parallel with`, `not`), and those of sentences about other work packages. */
    ignored: unique(named.ignored),
    /** Ids, or words that stand for several, of which nobody can say whether they are dependencies. */
    unclear: unique(named.unclear),
  };
};

/** Whether a text begins with a label that is a word of statements, such as `Upstream:` or `Blocked by:`. */
export const isLedIn = (text: string): boolean => /^[BFJLNPQXZ]+H/.test(kindsOf(wordsOf(plainText(text))));

/** The ids that a statement names, given all work packages of the feature; a range skips numbers that nobody has. */
export const resolveStated = (
  stated: readonly StatedDependency[],
  self: string,
  known: readonly string[],
): readonly string[] => {
  const ids = stated.flatMap(({ ids: named, between: [low, high] = [0, -1] }) => {
    const last = high === 'previous' ? workPackageNumber(self) - 1 : high;
    const numbered = known.filter((id) => workPackageNumber(id) >= low && workPackageNumber(id) <= last);
    return [...named, ...numbered];
  });
  return unique(ids).sort(compareWorkPackageIds);
};

/** What stands at a place decides for the first of these kinds that knows it. */
const KINDS: Readonly<Record<string, string>> = {
  // An id, or a range of them.
  I: String.raw`WP\d+[a-z]?(?!\w)(?:\s*(?:[\u2013\u2014-]|\.{2,3}|\u2026|\b(?:to|through|thru)\b)\s*(?:WP\d{2,4}|(?<=\S)\d{2,4})(?!\w))?`,
  A: 'all (?:of )?(?:the )?(?:previous|prior|earlier|preceding) (?:WPs?|work packages?|ones)',
  // Words that may stand for many.
  M: String.raw`(?:all|every|each|any)(?: (?!WP\d)\w+){0,3} (?:WPs?|work packages?|packages|others|above)`,
  // There are none.
  O: String.raw`none(?! of)|nil|n/a|not applicable|nothing(?: else)?(?=\s*(?:[.,;(]|$))|no (?:\w+ )?(?:dependenc(?:y|ies)|prerequisites?|work packages?|WPs?)`,
  // What is not needed, what goes on beside, and whatever else excludes what follows.
  Z: 'optional(?:ly)?|soft|nice[- ]to[- ]have|not (?:needed|required|a dependency)',
  J: '(?:in )?parallel(?: (?:with|to))?|concurrent(?:ly)?|alongside|independent(?:ly)?(?: of)?',
  X: String.raw`not(?! only)|never|\w+n't|benefits? from|downstream|depend[ae]nts|successors?|see`,
  // What comes first: words behind it, words in front of it.
  B: '(?:required|needed|used|consumed|followed) (?:by|for|in)|(?:prerequisite|blocking|dependency) (?:for|of)',
  P: '(?:un)?blocks?|enables?',
  E: 'before',
  // What comes later.
  F: '(?:(?:merged?|done|proceed|implemented|built|land(?:s|ed)?) )?(?:only )?(?:after|once|following)|(?:blocked|gated) (?:by|on)',
  N: '(?:depend(?:s|ent|ing)?|builds?|built|rel(?:y|ies)|waits?)[ _](?:up)?(?:on|for)(?: top of)?|requires?|needs?(?! to)|follows?|uses?|extends?|consumes?|calls?|imports?',
  K: 'but',
  // Words that lead to an id; the first ones also say that something comes first.
  Q: 'required|needed|prerequisites?|dependenc(?:y|ies)(?: on)?',
  L: '(?:outputs?|results?|completion|merge|merging|deliverables?) (?:of|from)|upstream|predecessors?|hard|direct|internal|blocking|blockers?|all(?: of)?|both|each of|only|the|on|work packages?|packages?|WPs?',
  // The work package itself.
  T: '(?:this|it|here|these)(?: (?:WP|work package|package|one))?',
  // Words that may turn an exclusion round, and those that begin another sentence.
  D: 'until|unless|except|besides|other than|apart from|without|just|yet|if',
  R: 'which|that|who|because|since|so|then|when|while|later|next',
  // What has to be, what somebody does, and what is the case then.
  U: 'must|should|has to|have to|needs? to|is|are|comes?|goes',
  V: String.raw`'s|was|were|be|can|cannot|could|may|might|will|shall|would|has|have|had|do|does|did|go|runs?|starts?|begins?|provides?|delivers?|supplies|supply|creates?|defines?|introduces?|adds?|ships?|gives?|\w+s(?= (?:the|an?|its|their|our|all|both|this|it)\b)`,
  C: 'exists?|merged|done|completed?|finished|landed|land|in place|available|ready|mandatory|implemented|first',
  S: String.raw`[,;/+&|\u2022\u00b7]|and|or|plus|also|with|as well as`,
  H: String.raw`:|(?<=\s)[\u2013\u2014-](?=\s)`,
  W: String.raw`[\u2190-\u21ff<>=~]+|[\p{L}\p{N}][\p{L}\p{N}'_-]*`,
};

type Verdict = 'needed' | 'ignored' | 'unclear';

/** What decides in a list of patterns is the first one that matches. */
type Rules = readonly (readonly [RegExp, Verdict | undefined])[];

const LEADING = '(?:[HKLNQS]|[LUV]*F)*';
const EXCLUDING = /[BJOPXZ]/;
const DOUBT = /[DE]/;
const WEAKENED = /^[HU]*Z/;
const BARE = /^[HS]*I[HIS]*$/;
const NONE = /^[FHLNQS]*O/;
const SIGN_OF_NONE = /^[\s*_`]*(?:\[\s*\]|[\u2013\u2014\u2205-]|no)[\s*_`.]*$/i;
const TAKEN_BACK = /^[HOST]*[KN].*I|D.*I/;
const SUBJECT = /^([LS]*)(T|I(?:S*I)*)(?=[DLRS]*[NPUV])/;
const SINGULAR = /^(?:'s|is|was|has|does|(?!this|its)\w+s)\b/i;

/** What the words in front of an id make of it; without a verdict it goes the way of the one before. */
const GAPS: Rules = [
  [/[BJOPXZ][^BJOPXZS]*S[HKLQS]*[FKN][HKLNQS]*$/, 'needed'],
  [/[BJOPXZ].*[DE]|[DE].*[BJOPXZ]/, 'unclear'],
  [EXCLUDING, 'ignored'],
  [new RegExp(`^\\^${LEADING}$`), 'needed'],
  // A remark on the id before ends at a separator; only one that is set off may be a sentence.
  [/^H*$|^(?:H.*|[^DERTUV^]*)S[HLQS]*$/, undefined],
  [new RegExp(`^(?:H.*|[^DENRTUV^]*)[KS]${LEADING}$`), 'needed'],
  [/^/, 'unclear'],
];

/** What it means here that others do something. */
const DEEDS: Rules = [
  [/[BEP].*T.*[FN].*T|[FN].*T.*[BEP].*T/, 'unclear'],
  [/^[^FIX]*[BEP][^FINX]*T[^FINX]*$/, 'needed'],
  [/[FN].*T|^[^T]*I[^T]*$|^[^X]*[JZ][^X]*$/, 'ignored'],
  [/^[^ITX]*U[^IX]*?[CQ][^IX]*$/, 'needed'],
];

const firstOf = (rules: Rules, kinds: string): Verdict | undefined =>
  rules.find(([pattern]) => pattern.test(kinds))?.[1];

interface Word {
  readonly kind: string;
  readonly text: string;
  readonly dependency?: StatedDependency;
}

const WORD = new RegExp(
  Object.entries(KINDS)
    .map(([kind, words]) => `(?<${kind}>(?:${words})${'HSW'.includes(kind) ? '' : String.raw`(?!\w)`})`)
    .join('|'),
  'giu',
);

const wordsOf = (text: string): readonly Word[] =>
  [...text.matchAll(WORD)].map(({ 0: said, groups = {} }): Word => {
    const kind = Object.keys(groups).find((each) => groups[each] !== undefined) ?? 'W';
    if (kind === 'A')
      return { kind, text: said, dependency: { name: said, ids: [], between: [0, 'previous'] } };
    if (kind !== 'I') return { kind, text: said };
    const ids = (said.toUpperCase().match(/WP\d+[A-Z]?|\d+$/g) ?? []).map((id) => id.replace(/^\d/, 'WP$&'));
    const name = ids.join('\u2013');
    const [from = 0, to] = ids.map(workPackageNumber).sort((one, other) => one - other);
    return { kind, text: said, dependency: { name, ids, ...(to !== undefined && { between: [from, to] }) } };
  });

/** What a word names: ids, or the words that stand for several. */
const idsOf = ({ dependency }: Word): readonly string[] =>
  dependency?.ids.length === 0 ? [dependency.name] : (dependency?.ids ?? []);

/** The kinds of some words, a letter each; the work package itself is `T`, also when it is called by its id. */
const kindsOf = (words: readonly Word[], us?: string): string =>
  words.map((word) => (us !== undefined && idsOf(word).join() === us ? 'T' : word.kind)).join('');

const sentencesOf = (plain: string): readonly (readonly Word[])[] =>
  plain.split(/(?<!\b(?:e\.g|i\.e|cf|etc|vs))[.;!?](?:\s|$)/i).map(wordsOf);

interface Aside {
  readonly words: readonly Word[];
  /** The id that it may be a remark on. */
  readonly idBefore: Word | undefined;
}

/** Nested parentheses belong to the outer ones; one that never closes takes the rest of the text. */
const withoutParentheses = (text: string): { readonly plain: string; readonly asides: readonly Aside[] } => {
  const asides: Aside[] = [];
  const whole = /^\W*\(([^()]*)\)\W*$/.exec(text)?.[1] ?? text;
  const plain = whole.replace(/\(((?:[^()]|\([^()]*\))*)(?:\)|$)/g, (_, said: string, at: number) => {
    const last = wordsOf(whole.slice(0, at)).at(-1);
    asides.push({ words: wordsOf(said), idBefore: last?.kind === 'I' ? last : undefined });
    return ' ';
  });
  return { plain, asides };
};

/** Without marks of Markdown and HTML, file names and paths reduced to their ids, other ways to write an id as one. */
const plainText = (text: string): string =>
  text
    .replace(/<br\s*\/?>/gi, '; ')
    .replace(/<\/?[a-z][^<>]*>/gi, '')
    .replace(/\](?:\([^()]*\)|\[[^\]]*\])/g, ']')
    .replace(/[*`[\]{}"\u201c\u201d\u201e\\]|(?<!\w)['\u2018\u2019_]+|['\u2018\u2019_]+(?!\w)/g, '')
    .replace(/\u2019/g, "'")
    .replace(/(?<![\w/])(?:(?!WP\d)[\w.-]+\/)+(?=WP\d)/gi, '')
    .replace(/(WP\d+)[-_](?!WP\d)[a-z][\w-]*(?:\.md)?|(WP\d+)\.md/gi, '$1$2')
    .replace(
      /\b(?:WPs?|Work Packages?)[ #-]{1,2}(\d{1,4})(?!\w)/gi,
      (_, digits: string) => `WP${digits.padStart(2, '0')}`,
    )
    .replace(
      /(WP\d{2,4})((?:\s*(?:,|\/|\+|&|;|\band\b)\s*(?:and\s+)?\d{2,4}(?=\s*(?:$|[,/+&;.)]|and\b)))+)/gi,
      (_, id: string, more: string) => id + more.replace(/\d+/g, (digits) => `WP${digits}`),
    )
    .replace(/\s+/g, ' ')
    .trim();

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];
