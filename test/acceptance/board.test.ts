import { smallFeature } from '../support/planning-documents.js';
import { journalOf } from '../support/recount.js';
import { makeProject, succeed } from '../support/project.js';
import { startCli } from '../support/run-cli.js';
import { inSandbox } from '../support/sandbox.js';

describe('watching the board', () => {
  it('shows what another process changes, ends at an interruption with 130, and leaves nothing behind', () =>
    inSandbox(async (sandbox) => {
      const project = await makeProject(sandbox, smallFeature({ WP01: { lane: 'for_review' } }));
      const watching = startCli(sandbox, ['agent', 'tasks', 'status', '--watch']);
      await watching.waitFor(/0 of 1 done/);
      await succeed(sandbox, ['agent', 'tasks', 'move-task', 'WP01', '--to', 'done']);
      await watching.waitFor(/1 of 1 done/);
      const { code, stdout, stderr } = await watching.kill('SIGINT');
      expect([code, stderr]).toEqual([130, '']);
      expect(stdout.match(/of 1 done/g)).toHaveLength(2);
      expect(await sandbox.git(['status', '--porcelain'])).toBe('');
      expect(await journalOf(sandbox, project)).toHaveLength(2);
    }));
});
