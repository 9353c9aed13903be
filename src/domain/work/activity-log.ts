import type { WorkPackageLane } from '../events/lane.js';
import { isIsoTime } from '../events/iso-time.js';
import { asOneLine, lineEndingOf } from './markdown.js';
import { sectionCalled, withEntry } from './sections.js';
import { laneFromText } from './work-package.js';

/** One line of a work package's Activity Log. */
export interface ActivityEntry {
  /** ISO 8601, as written. */
  readonly timestamp: string;
  readonly agent: string;
  /** In the writer's own vocabulary; the lane of the work package itself comes from the front matter alone. */
  readonly lane: string;
  readonly note: string;
  readonly shellPid?: string;
}

/** Reads one line; `undefined` when it is no entry. Between the fields stands `–`, `-` or `--`. */
export const parseActivityLine = (line: string): ActivityEntry | undefined => {
  const [, timestamp, who = '', shellPid, lane = '', note = ''] = ENTRY.exec(line) ?? [];
  const agent = who.split(SEPARATOR).map((field) => field.trim());
  if (timestamp === undefined || agent[0]?.startsWith('lane=') === true) return undefined;
  const pid = shellPid === undefined ? {} : { shellPid: shellPid.trim() };
  return { timestamp, agent: agent.join(' – '), lane, note: note.trim(), ...pid };
};

/** The entries of the Activity Log of a body, in the order of the file. */
export const activityEntries = (body: string): readonly ActivityEntry[] =>
  sectionCalled(body, TITLE).flatMap(({ text, isSilent }) =>
    isSilent ? [] : (parseActivityLine(text) ?? []),
  );

/**
 * When a work package came into its lane, milliseconds since 1970: the first of the last entries of its Activity Log
 * that all speak of that lane. `undefined` when the log ends with another lane, so that nobody knows. A time without a
 * zone counts as UTC.
 */
export const laneSinceMs = (body: string, lane: WorkPackageLane): number | undefined => {
  const entries = activityEntries(body);
  const before = entries.map((entry) => laneFromText(entry.lane) === lane).lastIndexOf(false);
  const timestamp = entries[before + 1]?.timestamp ?? '';
  const text = /(?:Z|[+-]\d{2}:?\d{2})$/.test(timestamp) ? timestamp : `${timestamp}Z`;
  const moment = isIsoTime(text) ? Date.parse(text) : NaN;
  return Number.isNaN(moment) ? undefined : moment;
};

/** An entry as we write it. Agent and note become one line; an agent's words that would read as fields are bent. */
export const formatActivityLine = (
  timestamp: string,
  agent: string,
  lane: WorkPackageLane,
  note: string,
): string => {
  const words = asOneLine(agent)
    .split(' ')
    .filter((word) => !SEPARATORS.has(word))
    .map((word) => word.replace(/^(lane|shell_pid)=/, '$1:'));
  const who = words.join(' ') === '' ? 'unknown' : words.join(' ');
  const what = asOneLine(note);
  return `- ${timestamp} – ${who} – lane=${lane}${what === '' ? '' : ` – ${what}`}`;
};

/**
 * The entry in a form that stands nowhere in the text yet, since the line is the evidence of one event: the same
 * words in the same second get a number behind them.
 */
export const uniqueActivityLine = (text: string, line: string): string => {
  const taken = new Set(text.split('\n').map((each) => each.trimEnd()));
  let unique = line;
  for (let count = 2; taken.has(unique); count++) unique = `${line} (${count})`;
  return unique;
};

/** The body with one more line at the end of its Activity Log. A missing section is made at the end. */
export const appendActivityLine = (body: string, line: string, eol = lineEndingOf(body)): string =>
  withEntry(body, TITLE, line, { eol, isLine: true });

const TITLE = 'Activity Log';
const SEPARATORS = new Set(['–', '-', '--']);
const SEPARATOR = /\s(?:\u2013|--|-)\s/;
const BETWEEN = SEPARATOR.source;
const TIME = String.raw`\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?`;
const ENTRY = new RegExp(
  String.raw`^\s*[-*+]\s+(${TIME})\s+(?:\u2013|--|-)\s+(.*?)(?:${BETWEEN}\s*shell_pid=((?:(?!${BETWEEN}).)*))?` +
    String.raw`${BETWEEN}\s*lane=([a-z_]+)\s*(?:${BETWEEN}(.*))?$`,
  's',
);
