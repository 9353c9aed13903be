import { SyncError } from '../../domain/errors.js';
import { COMMON_OPTIONS } from './define-command.js';
import type { CommandDefinition } from './define-command.js';
import { commandName, helpHint, membersOf } from './usage.js';

/** The words name no command: says which one is near, or where the list is. */
export const unknownCommand = (words: readonly string[], all: readonly CommandDefinition[]): SyncError => {
  const groupLength = words.findLastIndex((_, at) => membersOf(words.slice(0, at), all).length > 0);
  const [given, near] = nearest(words, groupLength, all);
  return new SyncError('wrong-usage', `There is no command "${given}".`, {
    hint:
      near === undefined
        ? `Run "${commandName([...words.slice(0, groupLength), '--help'])}" for the list of commands.`
        : `Did you mean "${commandName([near])}"?`,
  });
};

/** The option is not one of the command's: says which one is near. */
export const unknownOption = (name: string, definition: CommandDefinition | undefined): SyncError => {
  const known = [...Object.keys(definition?.options ?? {}), ...Object.keys(COMMON_OPTIONS), 'help'];
  const near = closest(name, known);
  return new SyncError('wrong-usage', `There is no option "${name.length === 1 ? '-' : '--'}${name}".`, {
    hint: near === undefined ? helpHint(definition?.words ?? []) : `Did you mean "--${near}"?`,
  });
};

/**
 * The words that were meant as a command, and the one that is near. Where the command ends and its arguments begin is not
 * known, so fewer and fewer words are tried. Outside of every group a command is also known by its last words.
 */
const nearest = (
  words: readonly string[],
  groupLength: number,
  all: readonly CommandDefinition[],
): readonly [given: string, near: string | undefined] => {
  const endings = membersOf(words.slice(0, groupLength), all).flatMap(({ words: full }) =>
    full
      .map((_, from): [string, string] => [full.slice(from).join(' '), full.join(' ')])
      .slice(groupLength, groupLength === 0 ? undefined : groupLength + 1),
  );
  // Of several commands with the same ending the first one is meant.
  const names = new Map(endings.reverse());
  const near = (ending: string): string | undefined => names.get(closest(ending, [...names.keys()]) ?? '');
  const tried = words
    .slice(groupLength)
    .map((_, fewer) => words.slice(groupLength, words.length - fewer).join(' '));
  const meant = tried.find((ending) => names.has(ending)) ?? tried.find(near);
  if (meant === undefined) return [words.join(' '), undefined];
  return [[...words.slice(0, groupLength), meant].join(' '), near(meant)];
};

/**
 * The candidate that the user most likely meant, if any is near: at most a third of its letters differ. Of equally
 * near candidates the first one wins.
 */
export const closest = (given: string, candidates: readonly string[]): string | undefined =>
  candidates
    .map((name) => ({ name, distance: editDistance(given.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 3)))
    .sort((a, b) => a.distance - b.distance)[0]?.name;

/** How many letters have to be added, removed, replaced or swapped with their neighbour. */
export const editDistance = (a: string, b: string): number => {
  const rows: number[][] = [];
  const at = (i: number, j: number): number => (i === 0 || j === 0 ? i + j : (rows[i]?.[j] ?? Infinity));
  for (let i = 1; i <= a.length; i++) {
    const row: number[] = (rows[i] = []);
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? at(i - 2, j - 2) + 1 : Infinity;
      row[j] = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, replaced, swapped);
    }
  }
  return at(a.length, b.length);
};
