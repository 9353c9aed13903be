import {
  describeConfigIssues,
  locateIssue,
  readProjectConfig,
  type ProjectConfig,
} from '../../domain/events/project-config.js';
import { isUuidV4 } from '../../domain/ids.js';
import type { KnownIdentity } from '../../domain/events/project-identity.js';
import type { CheckoutMemory, ConfigReading } from '../../ports/events.js';

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

/** The identity that is remembered of a checkout. */
export const rememberedIdentity = (memory: CheckoutMemory | undefined): KnownIdentity => ({
  ...(memory?.projectUuid !== undefined && isUuidV4(memory.projectUuid) && { uuid: memory.projectUuid }),
  ...(memory?.projectSlug !== undefined && { slug: memory.projectSlug }),
});
