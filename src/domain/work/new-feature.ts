import { asOneLine } from './markdown.js';
import { featureDirectory } from './feature-slug.js';
import { featureNumber } from '../ids.js';
import { makeMeta } from './meta-json.js';

/** What a new feature shall be. */
interface FeatureWish {
  readonly title: string;
  /** Titles of its work packages; none: one, called like the feature. */
  readonly workPackages: readonly string[];
  /** Whether each work package depends on the one before it. */
  readonly isChain: boolean;
  readonly targetBranch: string;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
}

export interface NewWorkPackage {
  readonly id: string;
  readonly title: string;
  readonly dependencies: readonly string[];
  readonly path: string;
}

/**
 * A complete feature that can be finalized as it is, with everything that has to be written. `taken`: the names of all
 * folders beside it.
 */
export const newFeature = (wish: FeatureWish, taken: readonly string[]) => {
  const { targetBranch, createdAt } = wish;
  const title = asOneLine(wish.title);
  const numbers = taken.flatMap((name) => featureNumber(name) ?? []).map(Number);
  const number = String(Math.max(0, ...numbers) + 1).padStart(3, '0');
  const slug = `${number}-${slugOf(title, 'feature')}`;
  const directory = featureDirectory(slug);
  const titles = wish.workPackages.length === 0 ? [title] : wish.workPackages.map(asOneLine);
  const idAt = (at: number): string => `WP${String(at + 1).padStart(2, '0')}`;
  const workPackages = titles.map((each, at): NewWorkPackage => ({
    id: idAt(at),
    title: each,
    dependencies: wish.isChain && at > 0 ? [idAt(at - 1)] : [],
    path: `${directory}/tasks/${idAt(at)}-${slugOf(each, 'work')}.md`,
  }));
  const files = [
    { path: `${directory}/meta.json`, text: makeMeta({ slug, number, targetBranch, createdAt }) },
    { path: `${directory}/spec.md`, text: spec(title) },
    { path: `${directory}/plan.md`, text: plan(title) },
    { path: `${directory}/tasks.md`, text: tasks(title, workPackages) },
    ...workPackages.map((each) => ({ path: each.path, text: workPackage(each, createdAt) })),
  ];
  return { slug, directory, workPackages, files };
};

/** Letters and digits of ASCII with `-` between the words, as many whole words as are pleasant in a branch name. */
const slugOf = (title: string, lastResort: string): string => {
  const plain = title
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase();
  const words = plain.split(/[^a-z0-9]+/).filter((word) => word !== '');
  let slug = (words[0] ?? lastResort).slice(0, LONGEST);
  for (const word of words.slice(1)) {
    if (slug.length + word.length >= LONGEST) break;
    slug += `-${word}`;
  }
  return slug;
};

const LONGEST = 40;

const spec = (title: string): string => `# ${title}

## What it is for

<!-- Who needs it, and what can they do afterwards that they cannot do now? -->

## What it has to do

<!-- One line for each thing that can be checked. -->

-

## What it leaves alone

-
`;

const plan = (title: string): string => `# How ${title} is built

## Approach

<!-- Which parts change, and why in this way? -->

## Risks

-
`;

const tasks = (title: string, workPackages: readonly NewWorkPackage[]): string =>
  [
    `# Tasks of ${title}\n`,
    ...workPackages.map(
      ({ id, title: each, dependencies }, at) => `## Work Package ${id}: ${each}

**Dependencies**: ${dependencies.length === 0 ? 'None' : dependencies.join(', ')}

- [ ] T${String(at + 1).padStart(3, '0')} ${each}
`,
    ),
  ].join('\n');

const workPackage = ({ id, title, dependencies }: NewWorkPackage, createdAt: string): string => `---
work_package_id: "${id}"
title: ${JSON.stringify(title)}
lane: "planned"
dependencies: ${JSON.stringify(dependencies)}
agent: ""
---

# ${id}: ${title}

## What is to be done

<!-- What whoever implements it needs beside spec.md and plan.md. -->

## How it is checked

<!-- The commands and observations that show that it is done. -->

## Activity Log

- ${createdAt} – system – lane=planned – Created
`;
