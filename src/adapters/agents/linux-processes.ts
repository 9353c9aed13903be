import { readdirSync, readFileSync } from 'node:fs';

/** How the processes of a tree are recognised: by the one that leads their session, by a mark in their environment, or both. */
export interface TreeName {
  readonly leader?: number;
  /** The beginning of an environment entry that every member inherits, `NAME=value`. */
  readonly mark?: string;
}

/**
 * The processes that belong to the tree, without this one. A process that has ended and was not collected yet is none.
 * Whoever clears its environment *and* begins a session of its own is not recognised; nothing on Linux would tell.
 */
export const membersOnLinux = ({ leader, mark }: TreeName): readonly number[] =>
  readdirSync('/proc').flatMap((entry) => {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    const stat = statOf(entry);
    if (stat === undefined || stat.isOver) return [];
    const isLed =
      leader !== undefined && (stat.session === leader || stat.group === leader || pid === leader);
    return isLed || (mark !== undefined && carries(entry, mark)) ? [pid] : [];
  });

interface Stat {
  readonly isOver: boolean;
  readonly group: number;
  readonly session: number;
}

/** The name of the program stands in parentheses and may hold any character, a closing one included. */
const statOf = (entry: string): Stat | undefined => {
  const text = readQuietly(entry, 'stat');
  if (text === undefined) return undefined;
  const [state = '', , group, session] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { isOver: state === 'Z' || state === 'X', group: Number(group), session: Number(session) };
};

const carries = (entry: string, mark: string): boolean => {
  const environment = readQuietly(entry, 'environ');
  return environment !== undefined && (environment.startsWith(mark) || environment.includes(`\0${mark}`));
};

/** A process that ended while we looked, or that belongs to somebody else, cannot be read. */
const readQuietly = (entry: string, name: string): string | undefined => {
  try {
    return readFileSync(`/proc/${entry}/${name}`, 'latin1');
  } catch {
    return undefined;
  }
};
