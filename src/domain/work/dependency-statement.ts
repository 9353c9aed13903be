import { compareWorkPackageIds, workPackageNumber } from './work-package-id.js';

/** One element of a dependency statement. */
export type StatedDependency =
  | { readonly stated: 'one'; readonly id: string }
  /** Every work package between two, both included. */
  | { readonly stated: 'range'; readonly from: string; readonly to: string }
  /** Every work package with a smaller number. */
  | { readonly stated: 'all-previous' };

/** What a text says about the dependencies of a work package. Each id in it is in one of the lists. */
interface DependencyReading {
  /** Whether it says that there are none. */
  readonly saysNone: boolean;
  readonly dependencies: readonly StatedDependency[];
  /** Ids behind words that exclude (`parallel with`, `not`), and those of sentences about other work packages. */
  readonly ignored: readonly string[];
  /** Ids, or words that stand for several, of which nobody can say whether they are dependencies. */
  readonly unclear: readonly string[];
}

/**
 * Reads a text such as `Requires WP01 + WP02 (printer); WP04–WP06, parallel with WP07` for the work package `self`.
 * Bold, code, links, quotes and brackets are transparent. Sentences are read one by one: a list of ids with words that
 * lead to one, or a sentence with a subject. What is neither is not guessed at.
 */
export const parseDependencyText = (text: string, self = ''): DependencyReading => {
  const us = self.toUpperCase();
  const dependencies: StatedDependency[] = [];
  const ignored: string[] = [];
  const unclear: string[] = [];
  const othersIn = (words: string): readonly string[] => idsIn(words).filter((id) => id !== us);

  /** Ids with what leads to each of them and what stands between. */
  const list = (words: string): void => {
    let isExcluded = false;
    let from = 0;
    const all = ALL_PREVIOUS.exec(words);
    if (all !== null) dependencies.push({ stated: 'all-previous' });
    const elements = [...words.matchAll(ELEMENT)];
    if (all === null && elements.length === 0 && MANY.test(words)) unclear.push(words.trim());
    for (const element of elements) {
      const [whole, id = '', to] = element;
      const gap = words.slice(from, element.index);
      const kind = gapKind(gap, from === 0 && all === null);
      const isTaken = kind === 'lead' || (kind === 'separator' && !isExcluded);
      if (kind !== 'separator') isExcluded = kind === 'exclusion';
      if (isTaken && !(all !== null && EXCEPT.test(gap))) dependencies.push(dependencyOf(id, to));
      else (isExcluded ? ignored : unclear).push(...idsIn(whole));
      from = element.index + whole.length;
    }
    // `WP02 (optional)`: whether it is needed is for the writer to say.
    const [, last = ''] = elements.at(-1) ?? [];
    if (WEAKENED.test(words.slice(from))) unclear.push(last.toUpperCase());
  };

  /** What others do. That they come first makes them dependencies; what they need is said in their own sections. */
  const about = (subjects: readonly string[], rest: string): void => {
    const others = othersIn(rest);
    const named = rest.replace(ALL_IDS, (id) => (id.toUpperCase() === us ? 'this' : id));
    const isBeforeUs = BEFORE_THIS.test(named);
    const isAfterUs = AFTER_THIS.test(named);
    const isAboutOthers = isAfterUs !== isBeforeUs ? isAfterUs : others.length > 0 && !THIS.test(named);
    // Of several subjects only the last one is meant, or all by a slip.
    const isOneOfThem = subjects.length > 1 && SINGULAR.test(rest);
    if (!isOneOfThem && ((BESIDE.test(rest) && !isBeforeUs) || isAboutOthers))
      ignored.push(...subjects, ...others);
    else if (
      !isOneOfThem &&
      others.length === 0 &&
      !NOT.test(rest) &&
      !isAfterUs &&
      (isBeforeUs || COMES_FIRST.test(named))
    )
      dependencies.push(...subjects.map((id) => ({ stated: 'one' as const, id })));
    else unclear.push(...subjects, ...others);
  };

  const sentence = (words: string): void => {
    const [whole = '', named = ''] = SUBJECT.exec(words) ?? [];
    const rest = words.slice(whole.length);
    const subjects = idsIn(named);
    if (named === '' || (subjects.length > 0 && !PREDICATE.test(rest))) list(words);
    else if (subjects.some((id) => id !== us)) about(subjects, rest);
    // What the work package itself does: it needs something, or nothing of it matters here.
    else if (othersIn(rest).length > 0) list(rest);
  };

  /** Text in parentheses: a remark, or more of the list. */
  const aside = ({ text: words, idBefore }: Aside): void => {
    if (idBefore !== undefined && WEAKENED.test(words)) unclear.push(idBefore.toUpperCase());
    const isMore = idBefore === undefined || /^(?:and|plus|also|with)\b|^[,+&]/i.test(words);
    if (EXCLUDED.test(words) && !DOUBT.test(words)) ignored.push(...othersIn(words));
    else if (isBareList(words) && isMore) list(words);
    else unclear.push(...othersIn(words));
  };

  const whole = plainText(text);
  const { plain, asides } = withoutParentheses(/^\W*\(([^()]*)\)\W*$/.exec(whole)?.[1] ?? whole);
  const saysNone = NONE.test(plain.replace(LEADS, '')) || /^\W*\[\s*\]\W*$/.test(text);
  if (saysNone) {
    // `None` stands against remarks, unless they take it back.
    for (const words of sentencesOf([plain, ...asides.map((each) => each.text)].join('. ')))
      (EXCEPT.test(words) || OWN_NEED.test(words) ? unclear : ignored).push(...othersIn(words));
  } else {
    sentencesOf(plain).forEach(sentence);
    asides.forEach(aside);
  }
  return { saysNone, dependencies, ignored: unique(ignored), unclear: unique(unclear) };
};

/** Whether a text is ids and what separates them, and nothing else. */
export const isBareList = (text: string): boolean => {
  const { plain } = withoutParentheses(plainText(text));
  return ID.test(plain) && plain.replace(ALL_IDS, '').replace(SEPARATORS, '').trim() === '';
};

/** The ids that a statement names, given all work packages of the feature; a range skips numbers that nobody has. */
export const resolveStated = (
  stated: readonly StatedDependency[],
  self: string,
  known: readonly string[],
): readonly string[] => {
  const between = (low: number, high: number): readonly string[] =>
    known.filter((id) => workPackageNumber(id) >= low && workPackageNumber(id) <= high);
  const ids = stated.flatMap((each): readonly string[] => {
    if (each.stated === 'one') return [each.id];
    if (each.stated === 'all-previous') return between(0, workPackageNumber(self) - 1);
    const [one, other] = [workPackageNumber(each.from), workPackageNumber(each.to)];
    return [each.from, ...between(Math.min(one, other), Math.max(one, other)), each.to];
  });
  return unique(ids).sort(compareWorkPackageIds);
};

type GapKind = 'lead' | 'separator' | 'exclusion' | 'unclear';

/** What the words in front of an id make of it. A remark on the id before ends at a separator. */
const gapKind = (gap: string, isFirst: boolean): GapKind => {
  const excluded = [...gap.matchAll(EXCLUDED_EACH)].at(-1);
  if (excluded !== undefined) {
    const behind = LAST_SEPARATOR.exec(gap.slice(excluded.index + excluded[0].length))?.[2] ?? '';
    if (NEED.test(behind) && isNothing(behind.replace(LEADS, ''))) return 'lead';
    return DOUBT.test(gap) ? 'unclear' : 'exclusion';
  }
  if (isFirst) return isNothing(gap.replace(LEADS, '')) ? 'lead' : 'unclear';
  const [, remark = gap, lead = ''] = LAST_SEPARATOR.exec(gap) ?? [];
  if (!isNothing(lead.replace(LEADS, ''))) return 'unclear';
  const isTitled = /^\s*(?::|[\u2013\u2014-] )/.test(remark);
  const isSeparated = LAST_SEPARATOR.test(gap);
  if (!isNothing(remark) && !(isSeparated && (isTitled || !VERBAL.test(remark)))) return 'unclear';
  return NEED.test(gap.slice(remark.length)) ? 'lead' : 'separator';
};

const dependencyOf = (from: string, to: string | undefined): StatedDependency => {
  if (to === undefined) return { stated: 'one', id: from.toUpperCase() };
  return { stated: 'range', from: from.toUpperCase(), to: `WP${to.replace(/\D/g, '')}` };
};

interface Aside {
  readonly text: string;
  /** The id that it may be a remark on. */
  readonly idBefore: string | undefined;
}

/** Nested parentheses belong to the outer ones; one that never closes takes the rest of the text. */
const withoutParentheses = (text: string): { readonly plain: string; readonly asides: readonly Aside[] } => {
  let depth = 0;
  let plain = '';
  const asides: Aside[] = [];
  let last = { text: '', idBefore: undefined as string | undefined };
  for (const character of text) {
    if (character === '(' && depth++ === 0)
      asides.push((last = { text: '', idBefore: /(WP\d+[a-z]?)\W*$/i.exec(plain)?.[1] }));
    else if (character === ')' && depth > 0) {
      if (--depth === 0) plain += ' ';
    } else if (depth === 0) plain += character;
    else last.text += character;
  }
  return { plain, asides };
};

/** Without marks of Markdown and HTML, file names and paths reduced to their ids, other ways to write an id as one. */
const plainText = (text: string): string =>
  text
    .replace(/<br\s*\/?>/gi, '; ')
    .replace(/<\/?[a-z][^<>]*>/gi, '')
    .replace(/&amp;/g, '&')
    .replace(/&nbsp;/g, ' ')
    .replace(/\[\^[^\]]*\]/g, '')
    .replace(/\]\([^()]*(?:\([^()]*\)[^()]*)*\)/g, ']')
    .replace(/\]\[[^\]]*\]/g, ']')
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

const sentencesOf = (plain: string): readonly string[] =>
  plain.split(/(?<!\b(?:e\.g|i\.e|cf|etc|vs))[.;!?](?:\s|$)/i).filter((sentence) => sentence.trim() !== '');

const idsIn = (text: string): readonly string[] =>
  unique([...text.matchAll(ALL_IDS)].map(([id]) => id.toUpperCase()));

/** Whether there are only marks between two ids; arrows and signs of comparison mean something. */
const isNothing = (text: string): boolean => !/[\p{L}\p{N}\u2190-\u21ff<>=~]/u.test(text);

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

const ID = /(?<!\w)WP\d+[a-z]?(?!\w)/i;
const ALL_IDS = new RegExp(ID, 'gi');
const SEPARATORS = /[\s,;/+&|.:\u2013\u2014\u2022\u00b7-]|\b(?:and|or|plus|also|with|to|through)\b/gi;
const LAST_SEPARATOR = /^(.*)(?:[,;/+&|\u2022\u00b7]|\b(?:and|or|plus|but|as well as)\b)(.*?)$/i;
const ELEMENT = new RegExp(
  String.raw`(${ID.source})(?:\s*(?:\u2013|\u2014|-|\.{2,3}|\u2026|\b(?:to|through|thru)\b)\s*(WP\d{2,4}|(?<=\S)\d{2,4})(?!\w))?`,
  'gi',
);
const ALL_PREVIOUS =
  /\ball (?:of )?(?:the )?(?:previous|prior|earlier|preceding) (?:WPs?|work packages?|ones)(?!\w)/i;
const MANY = /\b(?:all|every|each|any)\b[^.]*\b(?:WPs?|work packages?|packages|others|above)\b/i;
const NONE =
  /^\W*(?:(?:none(?! of)|nil|n\/a|not applicable)\b|nothing(?: else)?\s*(?:[.,;(]|$)|no (?:\w+ )?(?:dependenc|prerequisit|work package|WPs?\b))|^\W*no\W*$|^\s*[\u2013\u2014\u2205-]\s*$/i;
/** Words that lead to an id and change nothing about it. */
const LEADS = new RegExp(
  String.raw`^(?:[^\p{L}\p{N}\u2190-\u21ff<>=~]*(?:${[
    'depend(?:s|ent|ing)?[ _](?:up)?on',
    '(?:require|need)(?:s|d)?(?! (?:by|for|in)\\b)',
    '(?:(?:can|may|must|should|will|has to|have to) )?(?:only |be )*(?:start|begin|run|come|land|go|follow|merged?|done|proceed|implemented|built)(?:s|ed)? (?:only )?(?:after|once)',
    'after|following|follows|once|builds? (?:up)?on(?: top of)?|(?:blocked|gated) (?:by|on)|waits? (?:for|on)',
    'dependenc(?:y|ies)(?: on)?|upstream|predecessors?|prerequisites?(?! (?:for|of)\\b)|hard|direct|internal|blocking(?! for\\b)|blockers?',
    '(?:outputs?|results?|completion|merge|merging|deliverables?) (?:of|from)',
    'all(?: of)?|both|each of|only|also|the|but|on|plus|and|or|work packages?|packages?|WPs?',
  ].join('|')})\b[^\p{L}\p{N}\u2190-\u21ff<>=~]*)*`,
  'iu',
);
const NEED = /\b(?:depend|require|need|after|once|blocked|gated|builds?|waits?|follow|but)/i;
/** Words that exclude what follows them. */
const EXCLUDED =
  /\bnot\b|n't\b|\boptional(?:ly)?\b|\b(?:in )?parallel(?: (?:with|to))?\b|\bconcurrent(?:ly)?\b|\balongside\b|\bindependent(?:ly)?\b|\b(?:un)?blocks?\b|\benables?\b|\b(?:required|needed|used|consumed|followed) (?:by|for|in)\b|\b(?:prerequisite|blocking|dependency) (?:for|of)\b|\bbenefits? from\b|\bdownstream\b|\bdepend[ae]nts\b|\bsuccessors?\b|\bsee\b|\bno (?:\w+ )?dependenc(?:y|ies)\b/i;
const EXCLUDED_EACH = new RegExp(EXCLUDED, 'gi');
/** Behind an id these leave open whether it is needed. */
const WEAKENED = /^\W*(?:(?:is|are) )?(?:optional(?:ly)?|soft|nice[- ]to[- ]have|not (?:needed|required))\b/i;
/** With these a word that excludes may mean the opposite: `not before`, `not only`. */
const DOUBT = /\b(?:until|unless|before|only|without|just|yet|if)\b/i;
const EXCEPT =
  /\b(?:except|besides|other than|apart from|unless|until)\b.*WP\d|\b(?:but|only)(?: for| on| after)? WP\d/i;
const OWN_NEED =
  /^\W*(?:(?:but|and|it|this(?: work package| WP)?|WP\d+) )*(?:depends? (?:up)?on|requires?|needs?|blocked by)\b.*WP\d/i;
const SUBJECT = new RegExp(
  String.raw`^\W*(?:(?:and|also|both) )?((?:${ID.source})(?:(?:[\s,&/+\u2013-]|\b(?:and|or|to|through)\b)+(?:${ID.source}))*|(?:it|this(?: (?:WP|work package|package|one))?)\b)\s*`,
  'i',
);
const VERBS =
  'is|are|was|were|be|can|cannot|could|may|might|must|will|shall|should|would|has|have|had|do|does|did|needs?|requires?|depends?|uses?|follows?|runs?|starts?|begins?|waits?|comes?|goes|builds?|blocks?|unblocks?|extends?|consumes?|calls?|imports?|relies|rely|provides?|delivers?|supplies|supply|creates?|defines?|introduces?|adds?|ships?|gives?|enables?|benefits?';
const PREDICATE = new RegExp(
  String.raw`^(?:'s\b|(?:(?:also|only|then|still|just|both|all|now|later) )*(?:(?:${VERBS})\b|\w+s (?:the|an?|its|their|our|all|both|this|it)\b))`,
  'i',
);
const VERBAL = new RegExp(
  String.raw`\b(?:${VERBS}|this|it|which|that|who|because|since|so|then|if|when|while|until|unless|before|later|next)\b`,
  'i',
);
const THIS = /\b(?:this|it|here|these)\b/i;
const BEFORE_THIS =
  /\b(?:before|(?:un)?blocks?|enables?|(?:needed|required|used|consumed) (?:by|for|in))\b[^,]*\b(?:this|it|here)\b/i;
const AFTER_THIS =
  /\b(?:after|once|depends? (?:up)?on|needs?(?! to be)|requires?|uses?|follows?|waits? (?:for|on)|builds? (?:up)?on|extends?|consumes?|calls?|imports?|rel(?:y|ies) on|blocked by)\b[^,]*\b(?:this|it|here)\b/i;
const BESIDE =
  /\b(?:optional|in parallel|parallel|independent(?:ly)?)\b(?!.*\bnot\b)(?<!\bnot (?:optional|in parallel|parallel|independent))|\b(?:is|are) not (?:needed|required|a dependency)\b/i;
const SINGULAR = /^(?:is|was|has|does|(?!this|its)\w+s)\b/i;
const NOT = /\bnot\b|n't\b|\bnever\b|\bno\b/i;
/** What a dependency does, or what has to be done with it. */
const COMES_FIRST =
  /^(?:'s )?(?:[\w-]+ )*?(?:(?:must|should|has to|have to|needs? to|is|are) (?:\w+ )*?(?:exist|merged|done|completed?|finished|landed|land|in place|available|ready|required|needed|mandatory|implemented|first|prerequisites?|dependenc(?:y|ies))|(?:provides?|delivers?|supplies|supply|creates?|defines?|introduces?|ships?|gives?)(?!.*\bthis\b)|(?:comes?|goes) first)\b/i;
