import {
  ResourceNotFoundError,
  type ListResourcesResult,
  type ReadResourceResult,
} from '@modelcontextprotocol/server';
import { isSyncError } from '../../domain/errors.js';
import type { Client } from '../library/client.js';
import { documentOfBoard, featuresAfter } from './read-tools.js';

const FEATURE_URI = 'spec-kitty://features/';

/** What can be read of a project without a tool. */
export const RESOURCE_TEMPLATES = [
  {
    name: 'feature',
    title: 'Board of a feature',
    uriTemplate: `${FEATURE_URI}{feature}`,
    description: 'Its work packages with lanes, agents and dependencies.',
    mimeType: 'application/json',
  },
  {
    name: 'work package',
    title: 'A work package',
    uriTemplate: `${FEATURE_URI}{feature}/{work_package}`,
    description: 'Its file, as it stands in the plan.',
    mimeType: 'text/markdown',
  },
] as const;

/** The features of the project, page by page. Their work packages are in them. */
export const listResources = async (client: Client, cursor = ''): Promise<ListResourcesResult> => {
  const { page, left } = await featuresAfter(client, cursor, PAGE);
  const last = page.at(-1);
  return {
    resources: page.map((slug) => ({
      name: slug,
      uri: `${FEATURE_URI}${encodeURIComponent(slug)}`,
      mimeType: 'application/json',
    })),
    ...(last === undefined || left === 0 ? {} : { nextCursor: last }),
  };
};

const PAGE = 100;

/** Fails with the protocol's own error for what is not there. */
export const readResource = async (client: Client, uri: string): Promise<ReadResourceResult> => {
  const [, feature = '', workPackageId] = PATH.exec(uri) ?? [];
  try {
    const slug = decodeURIComponent(feature);
    if (slug === '') throw new ResourceNotFoundError(uri);
    const request = await client.feature(slug);
    if (workPackageId === undefined) {
      const text = JSON.stringify(await documentOfBoard(client, await client.work.readBoard.run(request)));
      return { contents: [{ uri, mimeType: 'application/json', text }] };
    }
    const id = decodeURIComponent(workPackageId);
    const shown = await client.work.showWorkPackage.run({ ...request, workPackageId: id });
    const path = shown.file.slice(request.checkout.projectRoot.length + 1);
    const text = await (await client.port('files')).text(request.checkout.projectRoot, path);
    if (text === undefined) throw new ResourceNotFoundError(uri);
    return { contents: [{ uri, mimeType: 'text/markdown', text }] };
  } catch (error) {
    if (isSyncError(error) && NOT_THERE.has(error.kind)) throw new ResourceNotFoundError(uri, error.message);
    throw error;
  }
};

const PATH = new RegExp(`^${FEATURE_URI}([^/]+)(?:/([^/]+))?$`);
const NOT_THERE: ReadonlySet<string> = new Set([
  'feature-not-found',
  'feature-ambiguous',
  'work-package-not-found',
]);
