import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { HubContainer } from '../../../container/hub-container.js';
import type { Io } from '../../io.js';

/** Opens the data of the hub that a command is about. The caller closes it. */
export const openHub = async (
  io: Io,
  data: string | undefined,
  access: 'serve' | 'administer',
): Promise<HubContainer> => {
  const { createHubContainer } = await import('../../../container/hub-container.js');
  return createHubContainer({ dataDirectory: dataDirectory(io, data), access, stderr: io.stderr });
};

const dataDirectory = (io: Io, data: string | undefined): string => {
  if (data !== undefined) return resolve(io.cwd, data);
  const root = io.env['SPEC_KITTY_HOME'];
  return join(root === undefined || root === '' ? join(homedir(), '.spec-kitty') : resolve(root), 'hub');
};
