import { readLaneBranches } from '../../../src/app/work/feature-branches.js';
import { readManifest } from '../../../src/domain/work/manifest.js';
import { manifestDocument } from '../../../src/adapters/work/read-front-matter.js';

const LANES = {
  mission_branch: 'kitty/mission-x-01KQHABC',
  lanes: [
    { lane_id: 'lane-a', wp_ids: ['WP01', 'WP02'] },
    { lane_id: 'lane-planning', wp_ids: ['WP03'] },
  ],
};

describe('lanes.json', () => {
  it('names the branch of each group, and none for work in the target branch itself', () => {
    const read = readLaneBranches(JSON.stringify(LANES));
    const group = {
      group: 'lane-a',
      branch: 'kitty/mission-x-01KQHABC-lane-a',
      workPackageIds: ['WP01', 'WP02'],
    };
    expect(read).toEqual({
      ok: true,
      value: new Map([
        ['WP01', group],
        ['WP02', group],
      ]),
    });
  });

  it.each([
    ['{', 'is not a JSON object'],
    ['[]', 'is not a JSON object'],
    ['{}', 'has no list "lanes"'],
    ['{"lanes": [{"lane_id": "lane-a"}]}', 'has a lane without "lane_id" or "wp_ids"'],
    ['{"lanes": [{"lane_id": "lane-a", "wp_ids": ["WP01"]}]}', 'does not name its "mission_branch"'],
  ])('%s %s', (text, error) => {
    expect(readLaneBranches(text)).toEqual({ ok: false, error });
  });
});

describe('wps.yaml', () => {
  const read = (text: string) => readManifest(manifestDocument('wps.yaml', text));

  it('names dependencies where it has the key, be it that there are none', () => {
    const text =
      'work_packages:\n  - id: WP01\n    dependencies: []\n  - id: "WP02"\n    dependencies: [WP01, WP01]\n  - id: WP03\n    title: x\n';
    expect(read(text)).toEqual({
      ok: true,
      value: new Map([
        ['WP01', { dependencies: [], line: 2 }],
        ['WP02', { dependencies: ['WP01'], line: 4 }],
      ]),
    });
  });

  it.each([
    ['work_packages: [', /^wps\.yaml:1: /],
    ['a: 1\n', /no list "work_packages"/],
    ['work_packages:\n  - id: one\n', /id is "one"/],
    [
      'work_packages:\n  - id: WP01\n    dependencies: WP02\n',
      /wps\.yaml:2: the dependencies of WP01 are no list/,
    ],
    ['work_packages:\n  - id: WP01\n    dependencies: []\n  - id: WP01\n', /WP01 is there twice/],
  ])('is refused with its place: %j', (text, error) => {
    expect(read(text)).toEqual({ ok: false, error: expect.stringMatching(error) });
  });
});
