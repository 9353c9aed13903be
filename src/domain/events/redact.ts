import { hideHome } from './hide-home.js';

/** What stands in the place of a secret. */
export const REDACTED = '[redacted]';

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

// Every pattern starts at a fixed literal or at the start of a word and never looks back over what it scanned, so
// that the time is linear in the text's length.
const PEM = /-----BEGIN [A-Z0-9 ]{1,40}-----[\s\S]*?(?:-----END [A-Z0-9 ]{1,40}-----|$)/g;
const JWT = /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?/g;
const PROVIDER_TOKEN =
  /(?<![A-Za-z0-9])(?:gh[opusr]_[A-Za-z0-9]{12,}|github_pat_\w{12,}|gl[a-z]{2,4}-[\w-]{16,}|sk-[\w-]{12,}|sk_(?:live|test)_\w{8,}|xox[a-z]-[\w-]{8,}|xapp-[\w-]{8,}|A[KS]IA[A-Z0-9]{12,}|AIza[\w-]{30,}|npm_[A-Za-z0-9]{24,}|pypi-[\w-]{24,}|hf_[A-Za-z0-9]{20,}|ya29\.[\w-]{16,})/g;
const BEARER = /\b(bearer[ \t]+)(?!\[redacted\])[\w.~+/=-]{4,}/gi;
const AUTHORIZATION =
  /\b(authorization["']?[ \t]*[:=][ \t]*["']?(?:basic|token|digest)[ \t]+)(?!\[redacted\])[^\s"',;]+/gi;
const URL_CREDENTIALS = /:\/\/([^\s/?#"'<>]*)@/g;
/** Unquoted, it ends at white space only: to redact too much is better than to leave the end of a secret. */
const VALUE = String.raw`(?!\[redacted\])(?:"[^"\n]*"|'[^'\n]*'|[^\s"'&:=>][^\s"'&]*)`;
const SECRET_NAME = String.raw`(?:pass(?:word|wd|phrase|code)|pwd|secret|credentials?|(?:api|access|account|private|secret|auth|client|encryption|signing|shared)[_-]?key)`;
const SECRET = new RegExp(
  String.raw`(${SECRET_NAME}[\w-]{0,32}["']?[ \t]{0,4}[:=]{1,3}>?[ \t]{0,4})${VALUE}`,
  'gi',
);
const TOKEN_OR_KEY = new RegExp(
  String.raw`((?:token|(?<![a-z])key)["']?[ \t]{0,4}=[ \t]{0,4})${VALUE}`,
  'gi',
);
const TOKEN_MEMBER =
  /(token["']?[ \t]{0,4}:[ \t]{0,4})(?!\[redacted\])(?:"[^"\n]{8,}"|'[^'\n]{8,}'|[\w.~+/=-]{8,})/gi;

const hideSecrets = (text: string): string =>
  text
    .replace(PEM, REDACTED)
    .replace(URL_CREDENTIALS, (whole, credentials: string) =>
      isPublicUser(credentials) ? whole : `://${REDACTED}@`,
    )
    .replace(AUTHORIZATION, `$1${REDACTED}`)
    .replace(BEARER, `$1${REDACTED}`)
    .replace(JWT, REDACTED)
    .replace(PROVIDER_TOKEN, REDACTED)
    .replace(SECRET, `$1${REDACTED}`)
    .replace(TOKEN_OR_KEY, `$1${REDACTED}`)
    .replace(TOKEN_MEMBER, `$1${REDACTED}`);

/** `git` is the name under which everybody logs in over SSH. */
const isPublicUser = (credentials: string): boolean => credentials === 'git' || credentials === '';
