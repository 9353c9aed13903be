import type { ProjectConfig } from './project-config.js';

/** A value to set in the config: the chain of keys and what shall stand there. */
export interface IdentityEdit {
  readonly path: readonly string[];
  readonly value: string;
}

/** The values that would be used for whatever the config lacks. */
export interface IdentityProposal {
  readonly uuid: string;
  readonly slug: string;
  readonly nodeId: string;
}

/** Whether the config has all that an identity needs. */
export const isComplete = (config: ProjectConfig): boolean =>
  config.uuid !== undefined && config.slug !== undefined && config.nodeId !== undefined;

/**
 * The edits that complete a config: what is missing is filled in, what is there stays. None for a malformed config,
 * since nothing is overwritten because it could not be understood.
 */
export const completeIdentity = (
  config: ProjectConfig,
  proposal: IdentityProposal,
): readonly IdentityEdit[] => {
  if (config.faults.length > 0) return [];
  return [
    ...(config.uuid === undefined ? [{ path: ['project', 'uuid'], value: proposal.uuid }] : []),
    ...(config.slug === undefined ? [{ path: ['project', 'slug'], value: proposal.slug }] : []),
    ...(config.nodeId === undefined ? [{ path: ['project', 'node_id'], value: proposal.nodeId }] : []),
  ];
};
