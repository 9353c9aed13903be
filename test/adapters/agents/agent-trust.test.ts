import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileAgentTrust } from '../../../src/adapters/agents/file-agent-trust.js';
import { StateRoot } from '../../../src/adapters/fs/state-root.js';
import { agentTrustContract } from '../../contracts/agent-trust.contract.js';
import { scratchDirectory } from '../../support/scratch-directory.js';

agentTrustContract({
  name: 'FileAgentTrust',
  setup: async () => {
    const directory = mkdtempSync(join(tmpdir(), 'trust-'));
    const open = (): FileAgentTrust => new FileAgentTrust(new StateRoot(join(directory, 'state')));
    return {
      subject: open(),
      reopen: open,
      dispose: async () => rmSync(directory, { recursive: true, force: true }),
    };
  },
});

describe('consents on disk', () => {
  const scratch = scratchDirectory();
  const here = { root: '/here', projectRoot: '/here' };

  it('are private, and neither believed nor written below a root that is a link', async () => {
    const root = join(scratch.path, 'state');
    await new FileAgentTrust(new StateRoot(root)).give(here, 'a');
    const [name = ''] = readdirSync(join(root, 'trusted-agents'));
    expect(statSync(join(root, 'trusted-agents', name)).mode & 0o077).toBe(0);
    symlinkSync(root, join(scratch.path, 'link'));
    const linked = new FileAgentTrust(new StateRoot(join(scratch.path, 'link')));
    await expect(linked.isGiven(here, 'a')).rejects.toMatchObject({ kind: 'state-root-unsafe' });
    await expect(linked.give(here, 'b')).rejects.toMatchObject({ kind: 'state-root-unsafe' });
  });
});
