import { isIsoTime } from '../events/iso-time.js';
import { err, ok, type Result } from '../result.js';
import { isFields } from '../document.js';
import { insertJsonMember, jsonObjectAt, memberIndent } from './json-object.js';
import { lineEndingOf } from './markdown.js';

/** What `meta.json` of a feature says, as far as we use it. */
export interface FeatureMeta {
  readonly targetBranch?: string;
  /** The ULID by which spec-kitty 3 knows the feature. */
  readonly missionId?: string;
  /** ISO 8601; another text counts as absent. */
  readonly createdAt?: string;
  /** Lanes live in the front matters, whatever a status log says: `status_phase` is 0. */
  readonly isBeforeStatusLog: boolean;
  /** Event id by feature slug or work package id: the memory of what was announced, which outlives journals and clones. */
  readonly announced: ReadonlyMap<string, string>;
}

/** Reads `meta.json`. Values of a wrong type count as absent; a text that is no JSON object is an error. */
export const readMeta = (
  text: string,
): Result<FeatureMeta, { readonly line?: number; readonly reason: string }> => {
  const parsed = parse(text);
  if (!parsed.ok) return parsed;
  const {
    target_branch: targetBranch,
    created_at: createdAt,
    mission_id: missionId,
    status_phase: phase,
    announced,
  } = parsed.value;
  const entries = isFields(announced) ? Object.entries(announced) : [];
  return ok({
    ...(isText(targetBranch) ? { targetBranch } : {}),
    ...(isText(missionId) ? { missionId } : {}),
    ...(isText(createdAt) && isIsoTime(createdAt) ? { createdAt } : {}),
    isBeforeStatusLog: phase === 0 || (isText(phase) && phase.trim() === '0'),
    announced: new Map(entries.filter((entry): entry is [string, string] => isText(entry[1]))),
  });
};

/** A `meta.json` for a feature that has none. */
export const makeMeta = (feature: {
  readonly slug: string;
  readonly number: string | undefined;
  readonly targetBranch: string;
  readonly createdAt: string;
}): string =>
  `${JSON.stringify(
    {
      ...(feature.number === undefined ? {} : { feature_number: feature.number }),
      slug: feature.slug,
      target_branch: feature.targetBranch,
      created_at: feature.createdAt,
    },
    null,
    2,
  )}\n`;

/** The text with more entries in `announced`. Everything else stays byte for byte. The text has to be readable. */
export const withAnnounced = (
  text: string,
  entries: readonly (readonly [key: string, eventId: string])[],
): string => entries.reduce((sofar, [key, eventId]) => announce(sofar, key, eventId), text);

/** The event id under a key of `announced`; also of a text that is not readable as a whole. */
export const announcedEventId = (text: string, key: string): string | undefined => {
  const meta = readMeta(text);
  return meta.ok ? meta.value.announced.get(key) : undefined;
};

const announce = (text: string, key: string, eventId: string): string => {
  const root = jsonObjectAt(text, 0);
  const eol = lineEndingOf(text);
  const indent = memberIndent(text, root) ?? '  ';
  const member = root.members.filter((each) => each.key === 'announced').at(-1);
  if (member === undefined) {
    const json = `{${eol}${indent}${indent}${JSON.stringify(key)}: ${JSON.stringify(eventId)}${eol}${indent}}`;
    return insertJsonMember(text, root, { key: 'announced', json }, { indent, closeIndent: '', eol });
  }
  const before = text.slice(0, member.valueStart);
  if (text[member.valueStart] !== '{')
    return announce(`${before}{}${text.slice(member.valueEnd)}`, key, eventId);
  const object = jsonObjectAt(text, member.valueStart);
  const entry = object.members.filter((each) => each.key === key).at(-1);
  if (entry !== undefined)
    return text.slice(0, entry.valueStart) + JSON.stringify(eventId) + text.slice(entry.valueEnd);
  const layout = { indent: memberIndent(text, object) ?? indent + indent, closeIndent: indent, eol };
  return insertJsonMember(text, object, { key, json: JSON.stringify(eventId) }, layout);
};

const parse = (
  text: string,
): Result<Readonly<Record<string, unknown>>, { readonly line?: number; readonly reason: string }> => {
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
    return isFields(value) ? ok(value) : err({ line: 1, reason: 'is not a JSON object' });
  } catch (error) {
    const at = /position (\d+)/.exec(String(error))?.[1];
    const line = at === undefined ? {} : { line: text.slice(0, Number(at)).split('\n').length };
    return err({ ...line, reason: 'is not valid JSON' });
  }
};

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';
