import { isFields, type Fields } from '../document.js';
import { isUuidV4 } from '../ids.js';
import type { Issue } from '../result.js';
import { isRepoSlug } from './derived-identity.js';

/** What became of a project's config file. */
export type ConfigReading =
  | { readonly state: 'absent' }
  /** `document` is the parsed YAML, which can be anything. */
  | { readonly state: 'present'; readonly document: unknown; readonly text: string }
  | { readonly state: 'unreadable'; readonly issues: readonly LocatedIssue[] };

export type LocatedIssue = Issue & { readonly line?: number };

/** What a project's config says about identity and sync. A value that is missing or unusable is absent. */
export interface ProjectConfig {
  readonly uuid?: string;
  readonly slug?: string;
  /** The node that minted the identity. */
  readonly nodeId?: string;
  /** Only where a person set it. */
  readonly repoSlug?: string;
  /** Only the literal `false` turns background sync off. */
  readonly autoStart: boolean;
  /** Whether events may leave this machine; `unreadable` as soon as anything of the config cannot be trusted. */
  readonly share: boolean | 'unreadable';
  /** One sentence about what cannot be what was meant, with its lines. Such a config must not be written to. */
  readonly malformed?: string;
  /** One sentence about each value that is left out of account without consequence. */
  readonly notes: readonly string[];
}

/** Reads a config, whatever became of its file. A missing or empty one says nothing and is not malformed. */
export const readProjectConfig = (reading: ConfigReading): ProjectConfig => {
  const faults: LocatedIssue[] = reading.state === 'unreadable' ? [...reading.issues] : [];
  const notes: string[] = [];
  const root = mapAt(reading.state === 'present' ? reading.document : undefined, '', faults);
  const project = mapAt(root['project'], 'project', faults);
  const sync = mapAt(root['sync'], 'sync', faults);
  const uuid = textAt(project, 'uuid', faults)?.toLowerCase();
  const isUuid = uuid !== undefined && isUuidV4(uuid);
  if (uuid !== undefined && !isUuid)
    faults.push({ path: 'project.uuid', reason: 'must be a UUID of version 4' });
  const slug = textAt(project, 'slug', faults);
  const nodeId = textAt(project, 'node_id', faults);
  const repoSlug = textAt(project, 'repo_slug', faults);
  const isSlug = repoSlug !== undefined && isRepoSlug(repoSlug);
  if (repoSlug !== undefined && !isSlug)
    notes.push(`${CONFIG_FILE}: project.repo_slug is ignored: it must read owner/name.`);
  const share = sync['share'] ?? true;
  if (typeof share !== 'boolean') faults.push({ path: 'sync.share', reason: 'must be true or false' });
  if (typeof (sync['auto_start'] ?? true) !== 'boolean')
    notes.push(`${CONFIG_FILE}: sync.auto_start is taken as true: only the literal false turns it off.`);
  const text = reading.state === 'present' ? reading.text : '';
  const described = faults.map((fault) => describe(fault, text)).join('; ');
  return {
    ...(isUuid && { uuid }),
    ...(slug !== undefined && { slug }),
    ...(nodeId !== undefined && { nodeId }),
    ...(isSlug && { repoSlug }),
    autoStart: sync['auto_start'] !== false,
    share: faults.length > 0 || typeof share !== 'boolean' ? 'unreadable' : share,
    ...(faults.length > 0 && { malformed: `${CONFIG_FILE} cannot be understood: ${described}.` }),
    notes,
  };
};

const CONFIG_FILE = '.kittify/config.yaml';

/** A map that is missing is an empty one; anything but a map is a fault. */
const mapAt = (value: unknown, path: string, faults: Issue[]): Fields => {
  if (value === undefined || value === null) return {};
  // Without anything inherited, so that a key is there only when the document has it.
  if (isFields(value)) return Object.assign(Object.create(null) as Fields, value);
  faults.push({
    path,
    reason: `must be a map, not ${Array.isArray(value) ? 'a list' : `the value ${String(value)}`}`,
  });
  return {};
};

const textAt = (map: Fields, key: string, faults: Issue[]): string | undefined => {
  const value = map[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value.trim() === '' ? undefined : value.trim();
  const reason = typeof value === 'number' ? 'is read as a number: put it in quotes' : 'must be text';
  faults.push({ path: `project.${key}`, reason });
  return undefined;
};

/** What is wrong and where; the line is that of the key's name, which is good enough for a person to find it. */
const describe = ({ path, reason, line }: LocatedIssue, text: string): string => {
  const at = line ?? lineOf(path, text);
  return [at === 0 ? '' : `line ${at}: `, path === '' ? '' : `${path} `, reason].join('');
};

/** Counted from 1; 0 where the key stands nowhere. */
const lineOf = (path: string, text: string): number => {
  const key = path.split('.').at(-1);
  return key === '' ? 0 : text.split('\n').findIndex((line) => keyOf(line) === key) + 1;
};

const keyOf = (line: string): string | undefined => /^[\s{\ufeff]*["']?([\w-]+)["']?\s*:/.exec(line)?.[1];
