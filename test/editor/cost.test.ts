import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/editor.js';
import { askInside } from '../support/inside-editor.js';
import { workPackageText } from '../support/planning-documents.js';
import { makeProject } from '../support/project.js';

/** 400 features with five work packages each. */
const seed = (): Record<string, string> => {
  const files: Record<string, string> = {};
  for (let feature = 1; feature <= 400; feature++) {
    const folder = `kitty-specs/${String(feature).padStart(3, '0')}-part`;
    files[`${folder}/tasks.md`] = [1, 2, 3, 4, 5].map((n) => `## WP0${n}: a\n\n- [ ] T00${n} b\n`).join('\n');
    files[`${folder}/spec.md`] = '# Spec\n';
    for (let n = 1; n <= 5; n++) files[`${folder}/tasks/WP0${n}-a.md`] = workPackageText(`WP0${n}`);
  }
  files['kitty-specs/400-part/plan.md'] = '<<<<<<< a\n=======\n>>>>>>> b\n';
  return files;
};

describe('a window on 400 features with 2,000 work packages', () => {
  it('hears of a change in one of them, again and again', async () => {
    const measured = await askInside(
      {
        ...{ ask: 'measure', file: '$FOLDER/kitty-specs/200-part/spec.md' },
        last: '$FOLDER/kitty-specs/400-part/plan.md',
      },
      async ({ sandbox }) => {
        await makeProject(sandbox, seed());
        return sandbox.project;
      },
    );
    expect(measured.fileToPlanMs).toHaveLength(7);
    const dist = join(ROOT, 'extension', 'dist');
    const sizes = readdirSync(dist)
      .filter((name) => name.endsWith('.cjs'))
      .map((name) => statSync(join(dist, name)).size);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    // Figures that are never judged: machines differ, and this one may be shared.
    process.stdout.write(`${JSON.stringify({ files: sizes.length, bytes, ...measured })}\n`);
    expect(bytes).toBeLessThan(1_500_000);
  }, 600_000);
});
