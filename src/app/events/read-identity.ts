import { describeConfigIssues, locateIssue } from '../../domain/events/config-warning.js';
import { deriveProjectUuid } from '../../domain/events/derived-uuid.js';
import { readProjectConfig, type ProjectConfig } from '../../domain/events/project-config.js';
import { isUuidV4 } from '../../domain/ids.js';
import type { KnownIdentity } from '../../domain/events/resolve-identity.js';
import { deriveProjectSlug, deriveRepoSlug } from '../../domain/events/slug.js';
import type { CheckoutMemory, ConfigReading } from '../../ports/events.js';
import type { Hash } from '../../ports/host.js';

/** A config as identity sees it: what it says, and, when it is malformed, the one warning about it. */
export interface ReadConfig {
  readonly config: ProjectConfig;
  /** Set when the config is malformed: it must not be written to, and events are held. */
  readonly malformed?: string;
  /** Values that are ignored. */
  readonly notes: readonly string[];
}

/** Reads a config, whatever became of its file. A missing file says nothing and is not malformed. */
export const interpretConfig = (reading: ConfigReading): ReadConfig => {
  if (reading.state === 'unreadable') {
    const config = { ...readProjectConfig(undefined), share: 'unreadable' as const, faults: reading.issues };
    return { config, malformed: describeConfigIssues(reading.issues), notes: [] };
  }
  const text = reading.state === 'present' ? reading.text : '';
  const config = readProjectConfig(reading.state === 'present' ? reading.document : undefined);
  const faults = config.faults.map((fault) => locateIssue(fault, text));
  return {
    config,
    ...(faults.length > 0 && { malformed: describeConfigIssues(faults) }),
    notes: config.notes.map(({ path, reason }) => `.kittify/config.yaml: ${path} ${reason}.`),
  };
};

/** What can be derived of a project without its config: always the same for the same origin, else the same path. */
export const deriveIdentity = (
  hash: Hash,
  projectRoot: string,
  originUrl: string | undefined,
): KnownIdentity & { readonly uuid: string; readonly slug: string } => {
  const repoSlug = deriveRepoSlug(originUrl);
  return {
    uuid: deriveProjectUuid((text) => hash.sha256(text), { originUrl, realPath: projectRoot }),
    slug: deriveProjectSlug(originUrl, directoryName(projectRoot)),
    ...(repoSlug !== undefined && { repoSlug }),
  };
};

/** The identity that is remembered of a checkout. */
export const rememberedIdentity = (memory: CheckoutMemory | undefined): KnownIdentity => ({
  ...(memory?.projectUuid !== undefined && isUuidV4(memory.projectUuid) && { uuid: memory.projectUuid }),
  ...(memory?.projectSlug !== undefined && { slug: memory.projectSlug }),
});

const directoryName = (path: string): string =>
  path
    .split(/[\\/]/)
    .filter((segment) => segment !== '')
    .at(-1) ?? '';
