import { LANES } from '../../domain/events/lane.js';
import type { PlanFinding } from './plan-findings.js';

/** A way to correct a finding: whole lines, counted from 1, that shall read differently. */
export interface PlanFix {
  /** What it does, for a person. */
  readonly title: string;
  readonly from: number;
  /** The last line that goes. */
  readonly through: number;
  readonly lines: readonly string[];
}

/** What can be done about a finding in the text of its file. `ids`: the work packages of the feature. */
export const fixesFor = (finding: PlanFinding, text: string, ids: readonly string[]): readonly PlanFix[] => {
  const { code, line = 0, dependency } = finding;
  const lines = text.split('\n');
  const said = lines[line - 1];
  if (said === undefined) return [];
  if (code === 'conflict') return conflictFixes(lines, line);
  if (code === 'unknown-lane') {
    return LANES.map((lane) => ({
      ...{ title: `Write the lane ${lane}`, from: line, through: line },
      lines: [said.replace(/^([^:]*:[ \t]*)[^#\r]*?([ \t]*(?:#.*)?\r?)$/, `$1${lane}$2`)],
    }));
  }
  const at = dependency === undefined ? undefined : lineOfId(lines, line, dependency.to);
  if (dependency === undefined || at === undefined) return [];
  const written = lines[at - 1] ?? '';
  const replaced = code === 'unknown-dependency' ? nearest(dependency, ids) : [];
  return [
    ...replaced.map((id): PlanFix => ({
      ...{ title: `Depend on ${id} instead`, from: at, through: at },
      lines: [written.replace(idPattern(dependency.to), id)],
    })),
    {
      ...{ title: `Do not depend on ${dependency.to}`, from: at, through: at },
      lines: withoutId(written, dependency.to),
    },
  ];
};

/** The conflict that begins in that line, with one of its sides alone. */
const conflictFixes = (lines: readonly string[], begin: number): readonly PlanFix[] => {
  const after = (mark: string, from: number): number =>
    lines.findIndex((each, at) => at >= from && each.startsWith(mark));
  const middle = after('=======', begin);
  const end = after('>>>>>>>', middle);
  if (!lines[begin - 1]?.startsWith('<<<<<<<') || middle < 0 || end < 0) return [];
  const base = after('|||||||', begin);
  const range = { from: begin, through: end + 1 };
  const side = 'side of the conflict';
  return [
    {
      title: `Keep the current ${side}`,
      ...range,
      lines: lines.slice(begin, base >= 0 && base < middle ? base : middle),
    },
    { title: `Keep the incoming ${side}`, ...range, lines: lines.slice(middle + 1, end) },
  ];
};

/** The key's own line, or the item below it that names the id. */
const lineOfId = (lines: readonly string[], key: number, id: string): number | undefined => {
  for (let at = key; at <= lines.length; at++) {
    const line = lines[at - 1] ?? '';
    if (at > key && !/^\s*(?:-\s|#|$)/.test(line)) return undefined;
    if (idPattern(id).test(line)) return at;
  }
  return undefined;
};

/** The line without the id; an item of its own goes as a whole. */
const withoutId = (line: string, id: string): readonly string[] => {
  if (/^\s*-\s/.test(line) && !line.includes(',')) return [];
  const quoted = `["']?${idPattern(id).source}["']?`;
  return [line.replace(new RegExp(`\\s*,\\s*${quoted}|${quoted}(?:\\s*,\\s*)?`, 'i'), '')];
};

const idPattern = (id: string): RegExp => new RegExp(`\\b${id.replace(/[^\w]/g, '\\$&')}\\b`, 'i');

/** Three that may have been meant, by their number. */
const nearest = (
  { from, to }: { readonly from: string; readonly to: string },
  ids: readonly string[],
): readonly string[] => {
  const number = (id: string): number => Number(/\d+/.exec(id)?.[0] ?? 0);
  const distance = (id: string): number => Math.abs(number(id) - number(to));
  return ids
    .filter((id) => id !== from)
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, 3);
};
