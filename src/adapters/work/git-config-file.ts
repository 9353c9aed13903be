import { textIfPlain } from '../fs/repository-file.js';
import { join } from 'node:path';

/** One setting of a git config file. Section and key are lower case, the subsection between them is as written. */
interface GitSetting {
  /** `core.bare`, `remote.origin.url`. */
  readonly name: string;
  readonly value: string;
}

/** The settings of one config file in their order, without what it includes. Empty when it cannot be read. */
export const readGitConfig = (path: string): readonly GitSetting[] => parseGitConfig(textIfPlain(path) ?? '');

/** What a repository's own config says last, that of its main checkout included. */
export const settingOf = (commonDir: string, name: string): string | undefined =>
  [
    ...readGitConfig(join(commonDir, 'config')),
    ...readGitConfig(join(commonDir, 'config.worktree')),
  ].findLast((setting) => setting.name === name)?.value;

/**
 * Whether a repository is bare. Git's own answer, given in a work tree, is wrong once the setting was moved to the file
 * that belongs to the repository alone, as `git sparse-checkout` does.
 */
export const isBare = (commonDir: string): boolean => isSet(commonDir, 'core.bare');

export const isSet = (place: string, name: string): boolean => TRUE.test(settingOf(place, name) ?? '');

/** Reads git's config syntax. What it does not understand it passes over: git itself is the judge of the file. */
export const parseGitConfig = (text: string): readonly GitSetting[] => {
  const settings: GitSetting[] = [];
  let section = '';
  // A backslash at the end of a line continues it, unless another one takes its meaning.
  for (const line of text
    .replace(/^\uFEFF/, '')
    .replace(/(?<!\\)((?:\\\\)*)\\\r?\n/g, '$1')
    .split(/\r?\n/)) {
    const header = HEADER.exec(line);
    if (header !== null) section = sectionName(header[1] ?? '', header[2]);
    const setting = SETTING.exec(header === null ? line : line.slice(header[0].length));
    if (setting !== null && section !== '') {
      const key = (setting[1] ?? '').toLowerCase();
      settings.push({
        name: `${section}.${key}`,
        value: setting[2] === undefined ? 'true' : unquote(setting[2]),
      });
    }
  }
  return settings;
};

const TRUE = /^(?:true|yes|on|1)$/i;
const HEADER = /^\s*\[\s*([A-Za-z0-9.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]/;
const SETTING = /^\s*([A-Za-z][A-Za-z0-9-]*)\s*(?:=\s*(.*))?$/;

const sectionName = (section: string, subsection: string | undefined): string =>
  subsection === undefined
    ? section.toLowerCase()
    : `${section.toLowerCase()}.${subsection.replace(/\\(.)/g, '$1')}`;

/** Drops quotes and comments, resolves escapes. */
const unquote = (raw: string): string => {
  let value = '';
  let keep = 0;
  let quoted = false;
  for (let at = 0; at < raw.length; at++) {
    const char = raw.charAt(at);
    if (char === '"') {
      quoted = !quoted;
    } else if (!quoted && (char === '#' || char === ';')) {
      break;
    } else if (char === '\\') {
      value += ESCAPES[raw.charAt(++at)] ?? raw.charAt(at);
    } else {
      value += char;
      if (!quoted && /\s/.test(char)) continue;
    }
    // Blanks at the end count only inside quotes.
    keep = value.length;
  }
  return value.slice(0, keep);
};

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b' };
