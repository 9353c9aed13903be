import { resolve } from 'node:path';
import type { ClientContainer } from '../../../compose/container.js';
import { SETTING_KEYS } from '../../../events/settings-list.js';
import { locateFeature } from '../../../work/locate-feature.js';
import type { Completion, ValueKind } from '../../completion.js';
import type { Io } from '../../io.js';
import { SHELLS } from './shells.js';

/**
 * The values of a kind where the command line stands. Somebody waits with a finger on a key: whatever cannot be had is
 * nothing, and says nothing.
 */
export const valuesOf = async (
  kind: ValueKind,
  place: Completion['place'],
  io: Io,
  container: () => Promise<ClientContainer>,
): Promise<readonly string[]> => {
  if (kind === 'shells') return SHELLS;
  if (kind === 'settings') return SETTING_KEYS;
  if (kind === 'files' || kind === 'directories') return [];
  const client = await container();
  const directory = resolve(io.cwd, place.project ?? '.');
  const repository = await client.get('repository');
  const checkout = await repository.locate(directory);
  if (checkout === undefined) return [];
  const files = await client.get('files');
  switch (kind) {
    case 'features':
      return files.features(checkout.projectRoot);
    case 'agents': {
      const { available, commands } = await (await client.get('agentCatalog')).read(checkout.projectRoot);
      return [...new Set([...available, ...commands.keys()])];
    }
    case 'work-packages':
    case 'tasks': {
      const variable = io.env['SPECIFY_FEATURE'];
      const slug = await locateFeature(files, repository, {
        ...{ checkout, directory },
        ...(place.feature === undefined ? {} : { feature: place.feature }),
        ...(variable === undefined ? {} : { featureVariable: variable }),
      });
      const documents = await files.read(checkout.projectRoot, slug);
      const ids = (documents?.workPackages ?? []).flatMap(({ path }) => WORK_PACKAGE.exec(path)?.[1] ?? []);
      const tasks = kind === 'tasks' ? (documents?.tasks?.match(TASK) ?? []) : [];
      return [...new Set([...ids.sort(), ...tasks])];
    }
  }
};

const WORK_PACKAGE = /(?:^|\/)(WP\d{2,4})[^/]*$/;
const TASK = /\bT\d{3,4}\b/g;
