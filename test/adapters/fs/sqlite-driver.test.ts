import { loadSqliteDriver } from '../../../src/adapters/fs/sqlite-driver.js';
import { isSyncError, type SyncError } from '../../../src/domain/errors.js';

const failing = async (cause: Error): Promise<SyncError> => {
  const loaded = await loadSqliteDriver(() => Promise.reject(cause)).catch((error: unknown) => error);
  if (!isSyncError(loaded)) throw new Error('a driver was loaded');
  return loaded;
};

const coded = (message: string, code: string): Error => Object.assign(new Error(message), { code });

describe('the SQLite driver', () => {
  it('is at least the version in which its write-ahead log is sound', async () => {
    const Database = await loadSqliteDriver();
    const database = new Database(':memory:');
    const version = String(database.prepare('select sqlite_version() as version').get().version);
    database.close();
    const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
    expect(major * 1e6 + minor * 1e3 + patch).toBeGreaterThanOrEqual(3_051_003);
  });

  it.each([
    coded("Cannot find module '@photostructure/sqlite'\nRequire stack:\n- x", 'MODULE_NOT_FOUND'),
    coded("Cannot find package '@photostructure/sqlite' imported from x", 'ERR_MODULE_NOT_FOUND'),
  ])('is said to be missing when it was not installed', async (cause) => {
    const error = await failing(cause);
    expect(error).toMatchObject({
      kind: 'dependency-missing',
      message: 'The SQLite driver @photostructure/sqlite is not installed.',
      cause,
    });
  });

  it.each([
    new Error("/lib/libc.so.6: version `GLIBC_2.34' not found (required by x.node)"),
    new Error('No native build was found for platform=freebsd arch=x64\n    loaded from: x'),
    coded(
      "Cannot find module 'node-gyp-build'\nRequire stack:\n- @photostructure/sqlite",
      'MODULE_NOT_FOUND',
    ),
  ])('is said to be there, and why it cannot be loaded', async (cause) => {
    const error = await failing(cause);
    expect(error).toMatchObject({ kind: 'dependency-missing', cause });
    expect(error.message).toContain('is installed, but it cannot be loaded');
    expect(error.message).toContain(cause.message.split('\n')[0]);
    expect(error.message).not.toContain('\n');
    expect(error.hint).toContain('Linux, macOS and Windows');
  });

  it('can be had again, whether the program is installed for the machine or in a project', async () => {
    const { hint } = await failing(new Error('broken'));
    expect(hint).toContain('npm install --global');
    expect(hint).toContain('npm install in the project');
  });
});
