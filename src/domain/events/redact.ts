import { hideHome } from './hide-home.js';
import { hideSecrets } from './hide-secrets.js';

export interface RedactionScope {
  readonly homeDirectory: string;
  readonly projectRoot?: string;
}

/**
 * Takes secrets and the user's home out of free text: tokens, keys, passwords and credentials in URLs become
 * `[redacted]`, absolute home paths become `~`. Redacting a second time changes nothing.
 */
export const redact = (text: string, scope: RedactionScope): string =>
  untilStable(text, (current) => hideHome(hideSecrets(current), scope.homeDirectory));

/**
 * Repeats a rewriting until it finds nothing more to do, so that what one rule uncovers is seen by the others and
 * the whole is idempotent.
 */
export const untilStable = (text: string, rewrite: (text: string) => string): string => {
  let current = text;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = rewrite(current);
    if (next === current) break;
    current = next;
  }
  return current;
};

/** Each round removes at least one match for good; ordinary text is stable after two. */
const MOST_ROUNDS = 100;
