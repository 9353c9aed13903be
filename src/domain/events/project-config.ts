import { isUuidV4 } from '../ids.js';
import type { Issue } from '../result.js';
import { isRepoSlug } from './derived-identity.js';

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
  /** Values that cannot be what was meant. Any of them makes the config malformed: it must not be written to. */
  readonly faults: readonly Issue[];
  /** Values that are left out of account without consequence. */
  readonly notes: readonly Issue[];
}

/** Reads a parsed config, whatever it is. An empty file is a config that says nothing. */
export const readProjectConfig = (document: unknown): ProjectConfig => {
  const faults: Issue[] = [];
  const notes: Issue[] = [];
  const root = mapAt(document, '', faults);
  const project = mapAt(root['project'], 'project', faults);
  const sync = mapAt(root['sync'], 'sync', faults);
  const uuid = textAt(project, 'uuid', faults)?.toLowerCase();
  if (uuid !== undefined && !isUuidV4(uuid))
    faults.push({ path: 'project.uuid', reason: 'must be a UUID of version 4' });
  const slug = textAt(project, 'slug', faults);
  const nodeId = textAt(project, 'node_id', faults);
  const repoSlug = textAt(project, 'repo_slug', faults);
  if (repoSlug !== undefined && !isRepoSlug(repoSlug)) {
    notes.push({ path: 'project.repo_slug', reason: 'is ignored: it must read owner/name' });
  }
  const share = sync['share'] ?? true;
  if (typeof share !== 'boolean') faults.push({ path: 'sync.share', reason: 'must be true or false' });
  if (sync['auto_start'] !== undefined && typeof (sync['auto_start'] ?? true) !== 'boolean') {
    notes.push({ path: 'sync.auto_start', reason: 'is taken as true: only the literal false turns it off' });
  }
  return {
    ...(uuid !== undefined && isUuidV4(uuid) && { uuid }),
    ...(slug !== undefined && { slug }),
    ...(nodeId !== undefined && { nodeId }),
    ...(repoSlug !== undefined && isRepoSlug(repoSlug) && { repoSlug }),
    autoStart: sync['auto_start'] !== false,
    share: faults.length > 0 || typeof share !== 'boolean' ? 'unreadable' : share,
    faults,
    notes,
  };
};

type Fields = Readonly<Record<string, unknown>>;

/** A map that is missing is an empty one; anything but a map is a fault. */
const mapAt = (value: unknown, path: string, faults: Issue[]): Fields => {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return ownMembers(value);
  faults.push({
    path,
    reason: `must be a map, not ${Array.isArray(value) ? 'a list' : `the value ${String(value)}`}`,
  });
  return {};
};

/** A copy without anything inherited, so that a key is there only when the document has it. */
const ownMembers = (value: object): Fields => Object.assign(Object.create(null) as Fields, value);

const textAt = (map: Fields, key: string, faults: Issue[]): string | undefined => {
  const value = map[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value.trim() === '' ? undefined : value.trim();
  const reason = typeof value === 'number' ? 'is read as a number: put it in quotes' : 'must be text';
  faults.push({ path: `project.${key}`, reason });
  return undefined;
};

type LocatedIssue = Issue & { readonly line?: number };

/** One sentence about what is wrong with a project's config, with the lines where it is, as far as they are known. */
export const describeConfigIssues = (issues: readonly LocatedIssue[]): string =>
  `.kittify/config.yaml cannot be understood: ${issues.map(describe).join('; ')}.`;

/** Adds the line of an issue's key, found by the key's name; good enough for a person to find it. */
export const locateIssue = (issue: Issue, text: string): LocatedIssue => {
  const key = issue.path.split('.').at(-1) ?? '';
  const line = text.split('\n').findIndex((content) => keyOf(content) === key);
  return line < 0 || key === '' ? issue : { ...issue, line: line + 1 };
};

const keyOf = (line: string): string | undefined => /^[\s{\ufeff]*["']?([\w-]+)["']?\s*:/.exec(line)?.[1];

const describe = ({ path, line, reason }: LocatedIssue): string =>
  [line === undefined ? '' : `line ${line}: `, path === '' ? '' : `${path} `, reason].join('');
