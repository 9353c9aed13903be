import { isWorkPackageId } from '../ids.js';
import { err, ok, type Result } from '../result.js';
import { isFields, parseJson } from '../document.js';

/** The branch that spec-kitty 3 has a group of work packages done on. It calls such a group a lane. */
export interface GroupBranch {
  /** As `lanes.json` calls the group: `lane-a`. */
  readonly group: string;
  readonly branch: string;
  /** All work packages of the group. */
  readonly workPackageIds: readonly string[];
}

/** What `lanes.json` says, by work package id. A group that is worked on right in the target branch has no branch. */
export const readLaneBranches = (text: string): Result<ReadonlyMap<string, GroupBranch>, string> => {
  const document = parseJson(text.replace(/^\ufeff/, ''));
  if (!isFields(document)) return err('is not a JSON object');
  const { mission_branch: mission, lanes } = document;
  if (!Array.isArray(lanes)) return err('has no list "lanes"');
  const groups = new Map<string, GroupBranch>();
  for (const lane of lanes as readonly unknown[]) {
    if (!isFields(lane) || typeof lane['lane_id'] !== 'string' || !Array.isArray(lane['wp_ids']))
      return err('has a lane without "lane_id" or "wp_ids"');
    const group = lane['lane_id'];
    if (group === IN_TARGET) continue;
    if (typeof mission !== 'string' || mission === '') return err('does not name its "mission_branch"');
    const ids = lane['wp_ids'].filter((id): id is string => typeof id === 'string' && isWorkPackageId(id));
    for (const id of ids) groups.set(id, { group, branch: `${mission}-${group}`, workPackageIds: ids });
  }
  return ok(groups);
};

const IN_TARGET = 'lane-planning';
