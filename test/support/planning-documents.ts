import { corpusPaths, corpusText } from './corpus.js';

export const FEATURE = '001-alpha';
export const FOLDER = `kitty-specs/${FEATURE}`;

export const pathOf = (id: string): string => `${FOLDER}/tasks/${id}-work.md`;

export interface WorkPackageSeed {
  readonly lane?: string;
  readonly dependencies?: string;
  readonly title?: string;
  readonly body?: string;
}

export const workPackageText = (id: string, seed: WorkPackageSeed = {}): string =>
  [
    '---',
    `work_package_id: "${id}"`,
    `title: ${JSON.stringify(seed.title ?? `Title of ${id}`)}`,
    `lane: "${seed.lane ?? 'planned'}"`,
    ...(seed.dependencies === undefined ? [] : [`dependencies: ${seed.dependencies}`]),
    'agent: ""',
    '---',
    '',
    `# ${id}`,
    '',
    seed.body ?? '## Activity Log\n\n- 2026-02-01T00:00:00Z – system – lane=planned – Prompt created.',
    '',
  ].join('\n');

/** A small feature: documents that are complete, all boxes ticked, and the given work packages. */
export const smallFeature = (
  workPackages: Readonly<Record<string, WorkPackageSeed>>,
  documents: Readonly<Record<string, string>> = {},
): Record<string, string> => ({
  [`${FOLDER}/spec.md`]: '# Spec\n',
  [`${FOLDER}/plan.md`]: '# Plan\n',
  [`${FOLDER}/tasks.md`]: Object.keys(workPackages)
    .map((id) => `## Work Package ${id}: Title\n\n- [x] T${id.slice(2).padStart(3, '0')} Do it\n`)
    .join('\n'),
  [`${FOLDER}/meta.json`]: '{\n  "target_branch": "main"\n}\n',
  ...Object.fromEntries(
    Object.entries(workPackages).map(([id, seed]) => [pathOf(id), workPackageText(id, seed)]),
  ),
  ...Object.fromEntries(Object.entries(documents).map(([name, text]) => [`${FOLDER}/${name}`, text])),
});

/** The whole corpus, or one feature of it by its number. */
export const corpusSeed = (number = ''): Record<string, string> =>
  Object.fromEntries(
    corpusPaths()
      .filter((path) => path.startsWith(`kitty-specs/${number}`))
      .map((path) => [path, corpusText(path)]),
  );
