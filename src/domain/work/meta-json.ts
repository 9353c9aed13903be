import { isIsoTime } from '../events/iso-time.js';
import { err, ok, type Result } from '../result.js';
import { isFields, parseJson } from '../document.js';
import { canonicalJson } from '../events/canonical-json.js';
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

/**
 * The text with more entries in `announced`, which is ours and laid out like the rest. Everything else stays byte for
 * byte. The text has to be readable.
 */
export const withAnnounced = (
  text: string,
  entries: readonly (readonly [key: string, eventId: string])[],
): string => {
  const meta = read(text);
  if (entries.length === 0 || !isFields(meta)) return text;
  const { announced } = meta;
  const map = { ...(isFields(announced) ? announced : {}), ...Object.fromEntries(entries) };
  const eol = lineEndingOf(text);
  const [open, close] = [text.indexOf('{'), text.lastIndexOf('}')];
  const isEmpty = text.slice(open + 1, close).trim() === '';
  const indent = isEmpty ? '  ' : /^\s*\n([ \t]*)/.exec(text.slice(open + 1))?.[1];
  const json = JSON.stringify(map, undefined, indent).replaceAll('\n', `${eol}${indent ?? ''}`);
  const replaced = [...text.matchAll(ANNOUNCED)].map(
    ({ index, 0: value }) => text.slice(0, index) + json + text.slice(index + value.length),
  );
  const end = text.slice(0, close).trimEnd().length;
  const gap = indent === undefined ? ' ' : `${eol}${indent}`;
  const tail = isEmpty ? eol : text.slice(end, close);
  // Of several members of one name the last one counts.
  const added = `${text.slice(0, end)}${isEmpty ? '' : ','}${gap}"announced": ${json}${tail}${text.slice(close)}`;
  const wanted = canonicalJson({ ...meta, announced: map });
  return replaced.find((each) => canonicalJson(read(each)) === wanted) ?? added;
};

/** The value behind a key of this name, wherever it stands: that it is the right one shows when it is replaced. */
const ANNOUNCED = /(?<="announced"\s*:\s*)(?:\{[^{}]*\}|"(?:[^"\\]|\\.)*"|[^\s,{}[\]"]+)/g;

const read = (text: string): unknown => parseJson(text.replace(/^\ufeff/, ''));

/** The event id under a key of `announced`; also of a text that is not readable as a whole. */
export const announcedEventId = (text: string, key: string): string | undefined => {
  const meta = readMeta(text);
  return meta.ok ? meta.value.announced.get(key) : undefined;
};

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined;
