import { isSyncError, SyncError } from '../../domain/errors.js';
import type { WorkPackageEdit } from '../../domain/work/transition.js';
import { describeWorkPackageFault } from '../../domain/work/work-package.js';
import type { FileChange, WorkPackageDocument } from '../../ports/work.js';
import { setFrontMatterKeys, type FrontMatterEntry } from './edit-front-matter.js';
import { readFrontMatter, splitFrontMatter, type FrontMatterReading } from './read-front-matter.js';

/**
 * A work package file as its text shows it. The front matter is parsed when it is first asked for: most commands look
 * at one work package of many, and parsing them all would take longer than everything else that they do.
 */
export const workPackageDocument = (path: string, text: string): WorkPackageDocument => {
  let reading: FrontMatterReading | undefined;
  const read = (): FrontMatterReading => (reading ??= readFrontMatter(text));
  return {
    path,
    text,
    body: splitFrontMatter(text).body,
    get frontMatter() {
      return read().frontMatter;
    },
    get fault() {
      return read().fault;
    },
  };
};

/** The same document at a place where it cannot be worked on. */
export const misplaced = (
  { path, text, body }: WorkPackageDocument,
  reason: string,
): WorkPackageDocument => ({
  path,
  text,
  body,
  frontMatter: {},
  fault: { reason },
});

/** What a work package file would read like with the edits made, in their order. */
export const changeOf = (document: WorkPackageDocument, edits: readonly WorkPackageEdit[]): FileChange => {
  const { path, text, fault } = document;
  if (fault !== undefined) {
    throw new SyncError('work-package-unreadable', describeWorkPackageFault({ path, ...fault }), {
      hint: `Correct the front matter of ${path}.`,
    });
  }
  const body = edits.filter((edit) => edit.edit === 'body').at(-1)?.body ?? document.body;
  const withBody = text.slice(0, text.length - document.body.length) + body;
  const entries = new Map(edits.filter((edit) => edit.edit === 'set').map((edit) => [edit.key, edit]));
  return { path, before: text, after: setKeys(path, withBody, [...entries.values()]) };
};

const setKeys = (path: string, text: string, entries: readonly FrontMatterEntry[]): string => {
  if (entries.length === 0) return text;
  try {
    return setFrontMatterKeys(text, entries);
  } catch (error) {
    if (!isSyncError(error)) throw error;
    throw new SyncError(error.kind, `${path}: ${error.message}`, {
      cause: error,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
};
