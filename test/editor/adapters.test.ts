import { makeProject } from '../support/project.js';
import { askInside } from '../support/inside-editor.js';
import { smallFeature } from '../support/planning-documents.js';

describe('the adapters of the extension, in a real editor,', () => {
  it('keep the contracts of settings and credentials', async () => {
    const results = await askInside({ ask: 'contracts' }, async ({ sandbox }) => {
      await makeProject(sandbox, smallFeature({ WP01: {} }));
      return sandbox.project;
    });
    expect(results.filter(({ failure }: { failure?: string }) => failure !== undefined)).toEqual([]);
    expect(results.length).toBeGreaterThan(15);
  }, 600_000);
});
