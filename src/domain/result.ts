/** An expected answer: either a value or the reason why there is none. Breakage is thrown instead. */
export type Result<T, E> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });

export const err = <E>(error: E): { readonly ok: false; readonly error: E } => ({ ok: false, error });

/** What is wrong with one place of a document. `path` is dotted (`payload.wp_id`); empty means the whole. */
export interface Issue {
  readonly path: string;
  readonly reason: string;
}

/** The issues as one line of text. */
export const describeIssues = (issues: readonly Issue[]): string =>
  issues.map((issue) => (issue.path === '' ? issue.reason : `${issue.path}: ${issue.reason}`)).join('; ');
