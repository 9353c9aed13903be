import { fileURLToPath } from 'node:url';
import { SyncError } from '../../domain/errors.js';
import type { Client } from '../library/client.js';

/** What says which project a server is about. */
export interface ProjectQuestion {
  /** Of the place where the server was started, or that was named. */
  readonly client: Client;
  /** Whether the directory was named: then it is this one or none. */
  readonly isNamed: boolean;
  /** `file:` addresses of the folders that the host has open. */
  readonly roots: () => Promise<readonly string[]>;
}

/**
 * The project that was named, else the one in which the server was started, else the first one that the host has open.
 * A home directory may be a repository, too: unless it was named, a place is a project by its identity or its plan.
 * Fails with `not-a-repository`: a server that guesses would write into somebody else's work.
 */
export const projectOf = async ({ client, isNamed, roots }: ProjectQuestion): Promise<Client> => {
  if (isNamed) {
    await client.checkout();
    return client;
  }
  if (await isProject(client)) return client;
  for (const place of (await roots()).flatMap(pathOf)) {
    const other = client.at(place);
    if (await isProject(other)) return other;
  }
  throw new SyncError('not-a-repository', `${client.directory} is in no project, and the host named none.`, {
    hint: 'Let the host start "spec-kitty mcp --project DIR"; a new project begins with "spec-kitty init".',
  });
};

const isProject = async (client: Client): Promise<boolean> => {
  const checkout = await client.findCheckout();
  if (checkout === undefined) return false;
  const config = await (await client.port('configs')).read(checkout.projectRoot);
  if (config.state !== 'absent') return true;
  return (await (await client.port('files')).features(checkout.projectRoot)).length > 0;
};

const pathOf = (uri: string): readonly string[] => {
  try {
    return [fileURLToPath(uri)];
  } catch {
    return [];
  }
};
