import { loadFeature } from '../../../src/app/work/locate-feature.js';
import { FEATURE, FOLDER, pathOf, smallFeature } from '../../support/planning-documents.js';
import { memoryWorld } from '../../support/workflow-world.js';

const CONFLICT = '<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n';

describe('a feature of which a merge is not settled', () => {
  it.each([
    `${FOLDER}/spec.md`,
    `${FOLDER}/plan.md`,
    `${FOLDER}/tasks.md`,
    `${FOLDER}/meta.json`,
    `${FOLDER}/lanes.json`,
    `${FOLDER}/wps.yaml`,
    pathOf('WP02'),
  ])('is not read while the conflict is in %s', async (path) => {
    const seed = smallFeature({ WP01: {}, WP02: {} });
    const world = await memoryWorld({ ...seed, [path]: `${seed[path] ?? ''}${CONFLICT}` });
    const { projectRoot } = await world.checkout();
    const line = (seed[path] ?? '').split('\n').length;
    await expect(loadFeature(world.files, projectRoot, FEATURE)).rejects.toMatchObject({
      kind: 'plan-conflicted',
      message: `${path}:${line}: a conflict that nobody settled begins here.`,
    });
  });

  it('is told of all its files at once', async () => {
    const world = await memoryWorld({
      ...smallFeature({ WP01: {} }),
      [`${FOLDER}/spec.md`]: CONFLICT,
      [`${FOLDER}/plan.md`]: `\n${CONFLICT}`,
    });
    const { projectRoot } = await world.checkout();
    await expect(loadFeature(world.files, projectRoot, FEATURE)).rejects.toThrow(
      /spec\.md:1: .*\n.*plan\.md:2: /,
    );
  });
});
