/** Lower-case hex of the SHA-256 of a text. */
export type Sha256 = (text: string) => string;

/** What makes one node different from another: the machine and the user on it. */
export interface NodeTraits {
  readonly machineId?: string;
  readonly hostname: string;
  readonly username: string;
}

/**
 * A stable, anonymised identifier of machine and user: the first 12 hex characters of the hash of machine id, host
 * and user. It is derived once, when the clock is made, and read from there ever after.
 */
export const deriveNodeId = (sha256: Sha256, { machineId, hostname, username }: NodeTraits): string =>
  sha256([machineId ?? '', hostname, username].join('\n')).slice(0, 12);
