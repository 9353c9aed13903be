import { unreachable } from '../errors.js';
import { compareWorkPackageIds, workPackageNumber } from './work-package-id.js';

/** One element of a dependency statement. */
export type StatedDependency =
  | { readonly stated: 'one'; readonly id: string }
  /** Every work package between two, both included. */
  | { readonly stated: 'range'; readonly from: string; readonly to: string }
  /** Every work package with a smaller number. */
  | { readonly stated: 'all-previous' };

/** What a text says about dependencies; an empty list of them is a statement too (`None`). */
export interface DependencyStatement {
  readonly dependencies: readonly StatedDependency[];
  /** Ids that stand in parentheses or behind other words, and therefore count for nothing. */
  readonly ignored: readonly string[];
}

/**
 * Reads a text such as `Depends on outputs of WP01–WP03 to describe …`. Bold, code and brackets are transparent,
 * parentheses are left out, other words end the list. A text that neither names a work package where one is expected
 * nor says `None` makes no statement; the ids in it are still reported. Where an id is expected, a slip such as `WP1`
 * is taken for one, so that it is found unknown and not passed over.
 */
export const parseDependencyText = (
  text: string,
): { readonly statement?: DependencyStatement; readonly ignored: readonly string[] } => {
  const { kept, inParentheses } = withoutParentheses(text);
  const aside = idsIn(inParentheses);
  const plain = kept
    .replace(/[*_`[\]]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  const list = plain.replace(LEAD, '');
  if (/^none\b/i.test(list))
    return { statement: { dependencies: [], ignored: [] }, ignored: [...aside, ...idsIn(list)] };
  const { dependencies, rest } = readList(list);
  const ignored = unique([...aside, ...idsIn(rest)]);
  return dependencies.length === 0 ? { ignored } : { statement: { dependencies, ignored }, ignored };
};

/** The ids that a statement names, given all work packages of the feature; a range skips numbers that nobody has. */
export const resolveStated = (
  stated: readonly StatedDependency[],
  self: string,
  known: readonly string[],
): readonly string[] => {
  const isBetween = (id: string, low: number, high: number): boolean =>
    workPackageNumber(id) >= low && workPackageNumber(id) <= high;
  const ids = stated.flatMap((each): readonly string[] => {
    switch (each.stated) {
      case 'one':
        return [each.id];
      case 'range': {
        const ends = [workPackageNumber(each.from), workPackageNumber(each.to)];
        return [
          each.from,
          ...known.filter((id) => isBetween(id, Math.min(...ends), Math.max(...ends))),
          each.to,
        ];
      }
      case 'all-previous':
        return known.filter((id) => workPackageNumber(id) < workPackageNumber(self));
      default:
        return unreachable(each);
    }
  });
  return unique(ids).sort(compareWorkPackageIds);
};

const ID = /WP\d{2,4}(?!\w)/i;
const INTENDED_ID = /^WP\d+[a-z]?(?!\w)/i;
const LEAD = /^depends? (?:up)?on\b[ :]*/i;
const OUTPUTS = /^(?:the )?outputs? of /i;
const ALL_PREVIOUS = /^all (?:the )?(?:previous|prior|earlier|preceding) (?:WPs?|work packages?)(?!\w)/i;
const SEPARATOR = /^ ?(?:, ?(?:and |& ?)?|and |& ?)/i;
const RANGE = new RegExp(String.raw`^ ?(?:\u2013|\u2014|-|to |through ) ?(${ID.source})`, 'i');
const SHORT_RANGE = /^(?:\u2013|-)(\d{2,4})(?!\w)/;

const readList = (
  text: string,
): { readonly dependencies: readonly StatedDependency[]; readonly rest: string } => {
  const dependencies: StatedDependency[] = [];
  let rest = text;
  for (;;) {
    const gap = dependencies.length === 0 ? '' : SEPARATOR.exec(rest)?.[0];
    const element = gap === undefined ? undefined : readElement(rest.slice(gap.length));
    if (element === undefined) return { dependencies, rest };
    dependencies.push(element.dependency);
    rest = element.rest;
  }
};

const readElement = (
  text: string,
): { readonly dependency: StatedDependency; readonly rest: string } | undefined => {
  const all = ALL_PREVIOUS.exec(text);
  if (all !== null) return { dependency: { stated: 'all-previous' }, rest: text.slice(all[0].length) };
  const bare = text.replace(OUTPUTS, '');
  const id = INTENDED_ID.exec(bare)?.[0];
  if (id === undefined) return undefined;
  const rest = bare.slice(id.length);
  const range = RANGE.exec(rest);
  const short = SHORT_RANGE.exec(rest);
  const to = range?.[1] ?? (short?.[1] === undefined ? undefined : `WP${short[1]}`);
  if (to === undefined) return { dependency: { stated: 'one', id: id.toUpperCase() }, rest };
  return {
    dependency: { stated: 'range', from: id.toUpperCase(), to: to.toUpperCase() },
    rest: rest.slice((range ?? short)?.[0].length),
  };
};

/** Nested parentheses belong to the outer ones; one that never closes takes the rest of the text. */
const withoutParentheses = (text: string): { readonly kept: string; readonly inParentheses: string } => {
  let depth = 0;
  let kept = '';
  let inParentheses = '';
  for (const character of text) {
    if (character === '(') depth++;
    if (depth === 0) kept += character;
    else inParentheses += character;
    if (character === ')' && depth > 0 && --depth === 0) kept += ' ';
  }
  return { kept, inParentheses };
};

const idsIn = (text: string): readonly string[] =>
  unique([...text.matchAll(new RegExp(String.raw`\b${ID.source}`, 'gi'))].map(([id]) => id.toUpperCase()));

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];
