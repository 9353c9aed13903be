import { endpointUrl } from '../../../../domain/delivery/hub-url.js';
import { isSyncError } from '../../../../domain/errors.js';
import { pagePath } from '../../../../domain/hub/page-path.js';
import type { Client } from '../../../library/client.js';
import { locateFeature } from '../../../work/locate-feature.js';

/**
 * The page of the hub that shows where a command is called: of the feature, else of the project, else the first one.
 * `undefined`: nobody is signed in, and no hub is set. A feature that was named and is not there fails.
 */
export const findHubPage = async (client: Client, feature: string | undefined, workPackage?: string) => {
  const hub = await hubUrl(client);
  if (hub === undefined) return undefined;
  const checkout = await client.findCheckout();
  const identity = checkout === undefined ? undefined : await client.events.showIdentity.run(checkout.root);
  const project = identity?.project.uuid?.value;
  const slug = project === undefined ? undefined : await slugOf(client, feature, workPackage);
  return {
    url: endpointUrl(hub, pagePath({ project, feature: slug, workPackage })),
    /** Whether the config lets the project's events leave at all. */
    isShared: identity?.share !== false,
  };
};

const hubUrl = async (client: Client): Promise<string | undefined> => {
  const account = await client.delivery.getAccountStatus.run();
  if (account.state === 'signed-in') return account.account.hub.url;
  return (await (await client.port('settings')).read()).serverUrl;
};

/** Only whoever named something has to hear that it is not there. */
const slugOf = async (
  client: Client,
  feature: string | undefined,
  workPackage: string | undefined,
): Promise<string | undefined> => {
  const [files, repository] = await Promise.all([client.port('files'), client.port('repository')]);
  try {
    return await locateFeature(files, repository, await client.feature(feature));
  } catch (error) {
    if (feature === undefined && workPackage === undefined && isSyncError(error)) return undefined;
    throw error;
  }
};
