/**
 * Replaces absolute home paths by `~`: the given home, and whatever looks like a home on Linux, macOS or Windows,
 * since text from tools and other machines names other people's.
 */
export const hideHome = (text: string, homeDirectory: string): string => {
  const shown = homeDirectory.length < 2 ? text : text.replace(pathPattern(homeDirectory), '~');
  return shown.replace(ANY_HOME, '~');
};

/** Matches a path as a whole, whichever way its separators lean, and not a longer name that begins like it. */
export const pathPattern = (path: string): RegExp => {
  const trimmed = path.replace(/[\\/]+$/, '');
  const start = trimmed.startsWith('/') ? '/' : trimmed.startsWith('\\') ? ANY_SEPARATOR : '';
  const body = trimmed
    .split(/[\\/]+/)
    .filter((segment) => segment !== '')
    .map((segment) => segment.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`))
    .join(ANY_SEPARATOR);
  return new RegExp(String.raw`(?<![\w.~-])${start}${body}(?![\w-])`, isWindowsPath(path) ? 'giu' : 'gu');
};

/** Text that quotes a Windows path often doubles its backslashes. */
const ANY_SEPARATOR = String.raw`[\\/]{1,2}`;

const ANY_HOME =
  /(?<![\w.~-])(?:[A-Za-z]:[\\/]{1,2}Users[\\/]{1,2}|\/home\/|\/Users\/)[^\s\\/:;,"'<>|()[\]{}]+/g;

const isWindowsPath = (path: string): boolean => /^[A-Za-z]:/.test(path);
