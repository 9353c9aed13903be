/** Where something is written: a file relative to the project root, and the line, counted from 1, if it is known. */
export interface Place {
  readonly path: string;
  readonly line?: number | undefined;
}

/** A place as editors and terminals understand it. */
export const describePlace = ({ path, line }: Place): string =>
  line === undefined ? path : `${path}:${line}`;

/** The name of a file, without its folders. */
export const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The first line of a text that a pattern matches. */
export const lineMatching = (text: string, pattern: RegExp): number | undefined => {
  const at = text.split('\n').findIndex((line) => pattern.test(line));
  return at === -1 ? undefined : at + 1;
};
