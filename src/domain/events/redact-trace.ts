import { pathPattern } from './hide-home.js';
import { redact, untilStable, type RedactionScope } from './redact.js';

/** What stands in the place of a path outside the project. */
const OUTSIDE = '[path]';

/**
 * Redacts a stack trace: as {@link redact}, and beyond that no path outside the project remains. Paths inside it
 * become relative to its root; line and column stay. Without a project every path is outside.
 */
export const redactTrace = (trace: string, scope: RedactionScope): string => {
  const project = scope.projectRoot;
  const inside = project === undefined || project.length < 2 ? undefined : pathPattern(project);
  return untilStable(trace, (current) => {
    const relative = inside === undefined ? current : toRelative(current, inside);
    return hidePaths(redact(relative, scope));
  });
};

const toRelative = (trace: string, project: RegExp): string =>
  trace.replace(
    new RegExp(String.raw`(?:file:\/\/)?${project.source}(?:[\\/]+(?=[^\s\\/]))?`, project.flags),
    (whole) => (/[\\/]$/.test(whole) ? '' : '.'),
  );

const START = String.raw`(?:file:\/\/[^\s/]*)?(?:[A-Za-z]:[\\/]|\\\\|~[\w.-]*[\\/]|\.\.[\\/]|[\\/](?![\s/]))`;
/** A path between brackets or quotes may hold white space; it ends where line and column or the bracket come. */
const ENCLOSED = new RegExp(String.raw`(?<=[("'\x60])${START}[^\n"'()\x60]*?(?=(?::\d+){0,2}[)"'\x60])`, 'g');
const BARE = new RegExp(String.raw`(?<![\w.~\]:/\\-])${START}[^\s:;,"'\x60()<>|]*`, 'g');
const AFTER_SCHEME = /\bfile:\/\/[^\s:;,"'`()<>|]*/g;

const hidePaths = (trace: string): string =>
  trace.replace(ENCLOSED, OUTSIDE).replace(AFTER_SCHEME, OUTSIDE).replace(BARE, OUTSIDE);
