import { isIsoTime } from '../events/iso-time.js';
import { err, ok, type Result } from '../result.js';
import { isFields } from '../document.js';
import { lineEndingOf } from './markdown.js';

/** What `meta.json` of a feature says, as far as we use it. */
export interface FeatureMeta {
  readonly targetBranch?: string | undefined;
  /** The ULID by which spec-kitty 3 knows the feature. */
  readonly missionId?: string | undefined;
  /** ISO 8601; another text counts as absent. */
  readonly createdAt?: string | undefined;
  /** Lanes live in the front matters, whatever a status log says: `status_phase` is 0. */
  readonly isBeforeStatusLog: boolean;
  /** Event id by feature slug or work package id: the memory of what was announced, which outlives journals and clones. */
  readonly announced: ReadonlyMap<string, string>;
}

/** Reads `meta.json`. Values of a wrong type count as absent; a text that is no JSON object is an error. */
export const readMeta = (
  text: string,
): Result<FeatureMeta, { readonly line?: number; readonly reason: string }> => {
  let meta: unknown;
  try {
    meta = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    const at = /position (\d+)/.exec(String(error))?.[1];
    const line = at === undefined ? {} : { line: text.slice(0, Number(at)).split('\n').length };
    return err({ ...line, reason: 'is not valid JSON' });
  }
  if (!isFields(meta)) return err({ line: 1, reason: 'is not a JSON object' });
  const { announced, status_phase: phase } = meta;
  const createdAt = textOf(meta['created_at']);
  return ok({
    targetBranch: textOf(meta['target_branch']),
    missionId: textOf(meta['mission_id']),
    createdAt: createdAt !== undefined && isIsoTime(createdAt) ? createdAt : undefined,
    isBeforeStatusLog: phase === 0 || textOf(phase)?.trim() === '0',
    announced: new Map(
      Object.entries(isFields(announced) ? announced : {}).flatMap(([key, value]) => {
        const id = textOf(value);
        return id === undefined ? [] : [[key, id] as const];
      }),
    ),
  });
};

/** A `meta.json` for a feature that has none. */
export const makeMeta = (feature: {
  readonly slug: string;
  readonly number: string | undefined;
  readonly targetBranch: string;
  readonly createdAt: string;
}): string => {
  const { slug, number, targetBranch, createdAt } = feature;
  const meta = { feature_number: number, slug, target_branch: targetBranch, created_at: createdAt };
  return `${JSON.stringify(meta, null, 2)}\n`;
};

/** The text with more entries in `announced`. Everything else stays byte for byte. The text has to be readable. */
export const withAnnounced = (
  text: string,
  entries: readonly (readonly [key: string, eventId: string])[],
): string => {
  const root = objectAt(text, text.indexOf('{'));
  const indent = root.indent ?? '  ';
  const at = memberOf(root, 'announced')?.start;
  if (entries.length > 0 && (at === undefined || text[at] !== '{'))
    return withAnnounced(withMember(text, root, 'announced', '{}', indent, ''), entries);
  return entries.reduce((sofar, [key, eventId]) => {
    const map = objectAt(sofar, at ?? 0);
    return withMember(sofar, map, key, JSON.stringify(eventId), map.indent ?? indent + indent, indent);
  }, text);
};

/** The event id under a key of `announced`; also of a text that is not readable as a whole. */
export const announcedEventId = (text: string, key: string): string | undefined => {
  const meta = readMeta(text);
  return meta.ok ? meta.value.announced.get(key) : undefined;
};

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined;

/** Where a JSON object and the values of its members stand in a text. */
interface PlacedObject {
  readonly open: number;
  readonly close: number;
  readonly members: readonly { readonly key: string; readonly start: number; readonly end: number }[];
  /** The white space in front of its first member, when that stands on a line of its own. */
  readonly indent: string | undefined;
}

const objectAt = (text: string, open: number): PlacedObject => {
  const members: { key: string; start: number; end: number }[] = [];
  let [depth, before, end] = [0, '', open];
  for (const { 0: token, index } of text.slice(open).matchAll(JSON_TOKEN)) {
    const member = members.at(-1);
    if (depth === 1 && token === ':') members.push({ key: String(JSON.parse(before)), start: -1, end: -1 });
    else if (member?.start === -1) member.start = open + index;
    if (/^[}\]]/.test(token)) depth--;
    if (member !== undefined && ((depth === 1 && token === ',') || depth === 0)) member.end = end;
    if (depth === 0 && token === '}') {
      const indent = /^[ \t]*\r?\n(?:[ \t]*\r?\n)*([ \t]*)\S/.exec(text.slice(open + 1, open + index))?.[1];
      return { open, close: open + index, members, indent };
    }
    if (/^[{[]/.test(token)) depth++;
    [before, end] = [token, open + index + token.length];
  }
  return { open, close: text.length, members, indent: undefined };
};

const JSON_TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** Of several members of one name the last one counts. */
const memberOf = ({ members }: PlacedObject, key: string): PlacedObject['members'][number] | undefined =>
  members.filter((member) => member.key === key).at(-1);

/** The text with this value for a member: in its place, or at the end in the layout of the others. */
const withMember = (
  text: string,
  object: PlacedObject,
  key: string,
  json: string,
  indent: string,
  closeIndent: string,
): string => {
  const { open, close, members } = object;
  const spliced = (start: number, end: number, by: string): string =>
    text.slice(0, start) + by + text.slice(end);
  const present = memberOf(object, key);
  if (present !== undefined) return spliced(present.start, present.end, json);
  const eol = lineEndingOf(text);
  const entry = `${JSON.stringify(key)}: ${json}`;
  const last = members.at(-1);
  if (last === undefined) return spliced(open + 1, close, `${eol}${indent}${entry}${eol}${closeIndent}`);
  const gap = text.slice(open, close).includes('\n') ? `${eol}${indent}` : ' ';
  return spliced(last.end, last.end, `,${gap}${entry}`);
};
