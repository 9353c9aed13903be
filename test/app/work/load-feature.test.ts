import { loadFeature, locateFeature } from '../../../src/app/work/locate-feature.js';
import { FEATURE, FOLDER, pathOf, smallFeature } from '../../support/planning-documents.js';
import { workflowWorld } from '../../support/workflow-world.js';

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
    const world = workflowWorld({ ...seed, [path]: `${seed[path] ?? ''}${CONFLICT}` });
    const { projectRoot } = await world.checkout();
    const line = (seed[path] ?? '').split('\n').length;
    await expect(loadFeature(world.files, projectRoot, FEATURE)).rejects.toMatchObject({
      kind: 'plan-conflicted',
      message: `${path}:${line}: a conflict that nobody settled begins here.`,
    });
  });

  it('is told of all its files at once', async () => {
    const world = workflowWorld({
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

describe('the feature that a command is about', () => {
  it('is found by its name, branch or folder without a look into the others', async () => {
    const world = workflowWorld({ ...smallFeature({ WP01: {} }), 'kitty-specs/002-beta/spec.md': 'x' });
    const checkout = await world.checkout();
    world.files.features = () => Promise.reject(new Error('all features were looked into'));
    const directory = `${checkout.projectRoot}/kitty-specs/002-beta`;
    for (const [hint, slug] of [
      [{ feature: FEATURE }, FEATURE],
      [{ feature: '2' }, '002-beta'],
      [{ featureVariable: 'beta' }, '002-beta'],
      [{ directory }, '002-beta'],
    ] as const)
      expect(await locateFeature(world.files, world.repository, { checkout, ...hint })).toBe(slug);
  });

  it('is not one whose name is fitting and that is none', async () => {
    const world = workflowWorld({ ...smallFeature({ WP01: {} }), 'kitty-specs/alpha/notes.txt': 'x' });
    const request = { checkout: await world.checkout(), feature: 'alpha' };
    expect(await locateFeature(world.files, world.repository, request)).toBe(FEATURE);
  });
});
