/** The directory of a feature, relative to the project root. */
export const featureDirectory = (slug: string): string => `kitty-specs/${slug}`;

/** The branch and worktree name of a work package. */
export const workPackageBranch = (slug: string, workPackageId: string): string => `${slug}-${workPackageId}`;

/**
 * The features that a word may mean: the one of this very name, else all those of this number (`28`, `WEB-001`), of
 * these words without number and mission id, or with these first eight characters of a mission id.
 */
export const featuresCalled = (word: string, features: readonly string[]): readonly string[] => {
  if (features.includes(word)) return [word];
  const wanted = word.toLowerCase();
  return features.filter((slug) => {
    const [, number, digits, words = slug] = NUMBERED.exec(slug) ?? [];
    const missions = [slug, words].flatMap((whole) => WITH_MISSION.exec(whole)?.slice(1) ?? []);
    const names = [slug, words, number ?? '', ...missions].map((name) => name.toLowerCase());
    const isNumber = digits !== undefined && /^\d+$/.test(word) && Number(digits) === Number(word);
    return names.includes(wanted) || isNumber;
  });
};

/** A number such as `028`, or one of a tracker such as `WEB-001`, in front of the words. */
const NUMBERED = /^((?:[a-z]+-)?(\d+))-(.+)$/iu;

/** The first eight characters of a ULID behind the words. */
const WITH_MISSION = /^(.+)-([0-7][0-9A-HJKMNP-TV-Z]{7})$/u;

/**
 * The feature whose branch or work tree has this name: that of a work package (`028-sync-WP01`), of a lane
 * (`kitty/mission-sync-01KQHABC-lane-a`), or of the feature itself.
 */
export const featureOfBranch = (branch: string, features: readonly string[]): string | undefined => {
  const name = branch.replace(/^kitty\/mission-/, '');
  const bare = name.replace(/-WP\d{2,4}(?:-merge-base)?$/, '').replace(/-lane-[a-z]+$/, '');
  const exact = [name, bare].find((each) => features.includes(each));
  if (exact !== undefined || name === branch) return exact;
  const [only, another] = featuresCalled(bare, features);
  return another === undefined ? only : undefined;
};
