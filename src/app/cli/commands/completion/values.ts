import type { Client } from '../../../library/client.js';
import { SETTING_KEYS } from '../../../events/settings-list.js';
import { locateFeature } from '../../../work/locate-feature.js';
import type { Completion, ValueKind } from '../../completion.js';
import { SHELLS } from './shells.js';

/**
 * The values of a kind where the command line stands. Somebody waits with a finger on a key: whatever cannot be had is
 * nothing, and says nothing.
 */
export const valuesOf = async (
  kind: ValueKind,
  place: Completion['place'],
  client: Client,
): Promise<readonly string[]> => {
  if (kind === 'shells') return SHELLS;
  if (kind === 'settings') return SETTING_KEYS;
  if (kind === 'files' || kind === 'directories') return [];
  const checkout = await client.findCheckout();
  if (checkout === undefined) return [];
  const [files, repository] = await Promise.all([client.port('files'), client.port('repository')]);
  switch (kind) {
    case 'features':
      return files.features(checkout.projectRoot);
    case 'agents': {
      const catalog = await client.port('agentCatalog');
      const { available, commands } = await catalog.read(checkout.projectRoot);
      return [...new Set([...available, ...commands.keys()])];
    }
    case 'work-packages':
    case 'tasks': {
      const slug = await locateFeature(files, repository, await client.feature(place.feature));
      const documents = await files.read(checkout.projectRoot, slug);
      const ids = (documents?.workPackages ?? []).flatMap(({ path }) => WORK_PACKAGE.exec(path)?.[1] ?? []);
      const tasks = kind === 'tasks' ? (documents?.tasks?.match(TASK) ?? []) : [];
      return [...new Set([...ids.sort(), ...tasks])];
    }
  }
};

const WORK_PACKAGE = /(?:^|\/)(WP\d{2,4})[^/]*$/;
const TASK = /\bT\d{3,4}\b/g;
