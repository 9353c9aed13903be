import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { deriveIdentity, deriveNodeId } from '../../../src/domain/events/derived-identity.js';
import { isNodeId, isUuidV4 } from '../../../src/domain/ids.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const derive = (originUrl: string | undefined, realPath = '/work/demo') =>
  deriveIdentity({ sha256 }, realPath, originUrl).uuid;

describe('a derived project uuid', () => {
  it('has the form of version 4 and is the same every time', () => {
    fc.assert(
      fc.property(fc.option(fc.string(), { nil: undefined }), fc.string(), (url, path) => {
        expect(isUuidV4(derive(url, path))).toBe(true);
        expect(derive(url, path)).toBe(derive(url, path));
      }),
    );
  });

  it('depends on where the project was cloned from, not on protocol, account or place', () => {
    const urls = [
      'git@github.com:acme/repo.git',
      'https://GitHub.com/acme/repo',
      'https://user:tok@github.com/acme/repo.git/',
      'ssh://git@github.com:22/acme/repo',
    ];
    expect(new Set(urls.map((url, index) => derive(url, `/work/${index}`))).size).toBe(1);
    expect(derive('https://github.com/acme/other')).not.toBe(derive(urls[0]));
    expect(derive('https://gitlab.com/acme/repo')).not.toBe(derive(urls[0]));
  });

  it('depends on the path where there is no origin', () => {
    expect(derive(undefined, '/a')).not.toBe(derive(undefined, '/b'));
    expect(derive('', '/a')).toBe(derive(undefined, '/a'));
    expect(derive('/srv/git/x', '/a')).toBe(derive('/srv/git/x', '/b'));
  });
});

describe('a node id', () => {
  const traits = { machineId: 'm', hostname: 'h', username: 'u' };

  it('is the beginning of the hash of machine, host and user', () => {
    expect(deriveNodeId(sha256, traits)).toBe(sha256('m\nh\nu').slice(0, 12));
    expect(isNodeId(deriveNodeId(sha256, traits))).toBe(true);
  });

  it('changes with each of them and exists without a machine id', () => {
    const { machineId: _id, ...anonymous } = traits;
    const ids = [
      traits,
      { ...traits, machineId: 'x' },
      { ...traits, hostname: 'x' },
      { ...traits, username: 'x' },
      anonymous,
    ];
    expect(new Set(ids.map((each) => deriveNodeId(sha256, each))).size).toBe(5);
  });
});
