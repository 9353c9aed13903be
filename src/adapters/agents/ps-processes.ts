import { spawnSync } from 'node:child_process';

/** The processes of a tree as `ps` knows them; empty when there is none, or no `ps`. */
export const membersByPs = (leader: number): readonly number[] => {
  const { stdout } = spawnSync('ps', ['-axo', 'pid=,ppid=,pgid=,stat='], {
    // A folder of PATH that is not absolute is then none of a repository.
    cwd: '/',
    encoding: 'utf8',
  });
  return membersIn(stdout ?? '', leader);
};

/**
 * The leader, its process group and all that descend from either, in lines of `pid ppid pgid state`. A process that has
 * ended and was not collected yet is none.
 */
export const membersIn = (listing: string, leader: number): readonly number[] => {
  const processes = listing.split('\n').flatMap((line) => {
    const [pid, parent, group, state] = line.trim().split(/\s+/);
    return state === undefined || state.startsWith('Z') ? [] : [[pid, parent, group].map(Number)];
  });
  const members = new Set<number>();
  // A child may stand before its parent: looked at again until a whole round adds nobody.
  for (let before = -1; before !== members.size;) {
    before = members.size;
    for (const [pid = 0, parent = 0, group = 0] of processes)
      if (pid === leader || group === leader || members.has(parent)) members.add(pid);
  }
  return [...members];
};
