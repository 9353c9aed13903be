import { realpathSync } from 'node:fs';
import type { ClientContainer } from '../../../compose/container.js';
import type { FeatureRequest } from '../../../work/locate-feature.js';
import { checkoutOf, type ClientContext } from './client.js';

/** What the command line says about the feature that a command is about. */
export const featureRequest = async (
  client: ClientContainer,
  { common, io }: ClientContext<unknown>,
): Promise<FeatureRequest> => {
  const featureVariable = io.env['SPECIFY_FEATURE'];
  return {
    checkout: await checkoutOf(client, common.project),
    directory: realDirectory(common.project),
    ...(common.feature === undefined ? {} : { feature: common.feature }),
    ...(featureVariable === undefined || featureVariable === '' ? {} : { featureVariable }),
  };
};

/** As the checkout is given: a folder above a link is not one above the project. */
const realDirectory = (path: string): string => {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
};

/** Leaves out what was not given. */
export const given = <T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
