import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** How many work packages the feature has. */
export const WORK_PACKAGES = 150;

export const FEATURE = '001-large';

export const idOf = (number) => `WP${String(number).padStart(2, '0')}`;

export const pathOf = (number) => `kitty-specs/${FEATURE}/tasks/${idOf(number)}-part.md`;

/**
 * A repository with a feature of 150 work packages, each with a branch that is merged, and some hundred other files;
 * initialized, with two commits that are tagged: `planned`, and `review`, where all of them wait for acceptance.
 */
export const makeLargeProject = (user, directory) => {
  const project = join(directory, 'project');
  const write = (path, text) => {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  };
  const numbers = Array.from({ length: WORK_PACKAGES }, (_, index) => index + 1);
  const writeAll = (lane) => numbers.forEach((number) => write(pathOf(number), textOf(number, lane)));
  for (let file = 0; file < 200; file++)
    write(`src/part-${file}.ts`, `export const part = ${file};\n`.repeat(40));
  for (const name of ['spec', 'plan']) write(`kitty-specs/${FEATURE}/${name}.md`, `# ${name}\n\n${PROSE}`);
  write(`kitty-specs/${FEATURE}/tasks.md`, `# Tasks\n\n${numbers.map(sectionOf).join('\n')}`);
  write(`kitty-specs/${FEATURE}/meta.json`, '{\n  "target_branch": "main"\n}\n');
  writeAll('planned');
  user.git(directory, 'init', '--quiet', '--initial-branch', 'main', project);
  for (const [key, value] of Object.entries(SETTINGS)) user.git(project, 'config', key, value);
  user.run(project, ['init', '--no-commit']);
  const commit = (name) => {
    user.git(project, 'add', '--all');
    user.git(project, 'commit', '--quiet', '--message', name);
    user.git(project, 'tag', name);
  };
  commit('planned');
  mergeBranches(user, project, numbers.slice(0, -1));
  writeAll('for_review');
  commit('review');
  return project;
};

/** Gives each work package a branch with one commit, merged as `git merge --no-ff` does. The last one has none yet. */
const mergeBranches = (user, project, numbers) => {
  const [start, date] = user
    .git(project, 'log', '-1', '--format=%H %ct', 'planned')
    .toString()
    .trim()
    .split(' ');
  // Not older than what they build upon: git takes longer where clocks go backwards.
  const who = `committer Bench <bench@example.invalid> ${date} +0000\ndata 4\nwork`;
  const commits = numbers.flatMap((number) => {
    const change = `M 100644 inline src/work-${number}.ts\ndata 5\nwork\n\n`;
    const previous = number === 1 ? start : `:${2 * number - 2}`;
    return [
      `commit refs/heads/${FEATURE}-${idOf(number)}\nmark :${2 * number - 1}\n${who}\nfrom ${start}\n${change}`,
      `commit refs/heads/main\nmark :${2 * number}\n${who}\nfrom ${previous}\nmerge :${2 * number - 1}\n${change}`,
    ];
  });
  const options = { cwd: project, env: user.env, input: commits.join('') };
  execFileSync('git', ['fast-import', '--quiet', '--force'], options);
  user.git(project, 'reset', '--quiet', '--hard');
  user.git(project, 'pack-refs', '--all');
};

/** Brings everything back to where a tag is: files, worktree and branch of the last work package. */
export const resetTo = (user, project, tag) => {
  const branch = `${FEATURE}-${idOf(WORK_PACKAGES)}`;
  const worktree = join('.worktrees', branch);
  if (existsSync(join(project, worktree))) user.git(project, 'worktree', 'remove', '--force', worktree);
  user.git(project, 'update-ref', '-d', `refs/heads/${branch}`);
  user.git(project, 'reset', '--quiet', '--hard', tag);
};

/** Texts of the files that a command line of ours changes, by path, with everything brought back afterwards. */
export const changedBy = (user, project, tag, args) => {
  resetTo(user, project, tag);
  user.run(project, args);
  const list = user.git(project, 'diff', '--name-only', tag, 'HEAD', '--', 'kitty-specs').toString();
  const paths = list.split('\n').filter((path) => path !== '');
  const texts = paths.map((path) => [path, readFileSync(join(project, path), 'utf8')]);
  resetTo(user, project, tag);
  return texts;
};

const PROSE = 'What has to be done, in a few words that are as long as they usually are.\n'.repeat(20);

const SETTINGS = { 'user.name': 'Bench', 'user.email': 'bench@example.invalid', 'gc.auto': '0' };

const textOf = (number, lane) =>
  `---\nwork_package_id: ${idOf(number)}\ntitle: Part ${number}\nlane: ${lane}\nagent: ""\n---\n# ${idOf(number)}\n\n${PROSE}\n## Activity Log\n`;

const sectionOf = (number) =>
  `## Work Package ${idOf(number)}: Part ${number}\n\n- [x] T${String(number).padStart(3, '0')} Do it\n\n### Dependencies\n\n${number === 1 ? 'None' : `Depends on ${idOf(number - 1)}`}\n`;
