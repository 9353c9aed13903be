/** A piece of a text that shall read differently: the characters from `start` up to `end`. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text with the splices made, which do not overlap. Those that begin at the same place keep their order. */
export const spliced = (text: string, splices: readonly Splice[]): string => {
  let result = '';
  let at = 0;
  for (const splice of [...splices].sort((a, b) => a.start - b.start)) {
    result += text.slice(at, splice.start) + splice.text;
    at = Math.max(at, splice.end);
  }
  return result + text.slice(at);
};
