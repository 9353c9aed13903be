import type { ManifestDocument } from '../../domain/work/manifest.js';
import { parseFrontMatter } from './read-front-matter.js';

/** A manifest as its text shows it; never throws, whatever it holds. */
export const manifestDocument = (path: string, text: string): ManifestDocument => {
  const document = parseFrontMatter(text);
  const [error] = document.errors;
  const line = error?.linePos?.[0].line;
  if (error !== undefined)
    return {
      path,
      text,
      fault: { ...(line === undefined ? {} : { line }), reason: firstLine(error.message) },
    };
  try {
    return { path, text, value: document.toJS() as unknown };
  } catch (thrown) {
    return { path, text, fault: { reason: firstLine(String((thrown as Error).message)) } };
  }
};

const firstLine = (text: string): string => text.split('\n')[0]?.replace(/:$/, '') ?? '';
