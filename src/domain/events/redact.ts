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

/** What stands in the place of a secret. */
const REDACTED = '[redacted]';

/** Takes out of a text what looks like a secret: by its own shape, or by the name or the option before it. */
export const hideSecrets = (text: string): string =>
  MAY_HOLD_SECRET.test(text)
    ? ANNOUNCED.reduce(
        (shown, secret) => shown.replace(secret, `$1${REDACTED}`),
        text.replace(PEM, REDACTED).replace(TOKEN_OF_A_SERVICE, REDACTED),
      )
    : text;

// A sign, a word that announces it, or sixteen characters in a row: no secret is without one, and most texts are. The
// patterns that look closely take a millisecond to begin.
const MAY_HOLD_SECRET = /[:=@-]|eyJ|bearer|login|\S{16}/i;

// Every pattern starts at a fixed literal or at the start of a word and never looks back over what it scanned, so
// that the time is linear in the text's length.
const PEM = /-----BEGIN [A-Z0-9 ]{1,40}-----[\s\S]*?(?:-----END [A-Z0-9 ]{1,40}-----|$)/g;

/** As their makers describe them. What is hexadecimal alone, or a UUID, is a commit or an id as often as a secret. */
const SHAPES = [
  // JSON web tokens, and age's keys
  String.raw`eyJ[\w-]{4,}\.[\w-]+(?:\.[\w-]*)?`,
  'AGE-SECRET-KEY-1[0-9A-Z]{20,}',
  // GitHub, GitLab, Bitbucket and Atlassian
  String.raw`gh[opusr]_[A-Za-z0-9]{12,}|github_pat_\w{12,}`,
  String.raw`gl(?:pat|dt|rt|rtr|soat|ptt|ft|cbt|oas|imt|agent|ffct)-[\w-]{16,}`,
  String.raw`AT(?:ATT|CTT|BB)[\w=-]{20,}`,
  // models
  String.raw`sk-(?=[\w-]{0,80}\d)[\w-]{12,}|gsk_[A-Za-z0-9]{20,}|xai-[A-Za-z0-9]{20,}|pplx-[A-Za-z0-9]{20,}`,
  'hf_[A-Za-z0-9]{20,}|r8_[A-Za-z0-9]{20,}',
  // clouds
  '(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])',
  String.raw`AIza[\w-]{30,}|ya29\.[\w-]{16,}|GOCSPX-[\w-]{20,}|1//0[\w-]{20,}`,
  String.raw`\w{3}[78]Q~[\w~.-]{20,}`,
  'do[opr]_v1_[a-f0-9]{32,}|dapi[a-f0-9]{32}|sbp_[a-f0-9]{40}|nfp_[A-Za-z0-9]{30,}',
  String.raw`hv[sb]\.[\w-]{20,}|[A-Za-z0-9]{14}\.atlasv1\.[\w-]{20,}|pscale_(?:tkn|pw|oauth)_[\w.-]{20,}|dp\.[a-z]{2,6}\.[A-Za-z0-9]{30,}`,
  // registries
  String.raw`npm_[A-Za-z0-9]{24,}|pypi-[\w-]{24,}|rubygems_[a-f0-9]{32,}|dckr_(?:pat|oat)_[\w-]{20,}|cio[A-Za-z0-9]{32}(?![A-Za-z0-9])`,
  // payment, mail and messages
  String.raw`[sr]k_(?:live|test)_\w{8,}|whsec_[\w+/=-]{16,}|sq0(?:atp|csp)-[\w-]{20,}|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}`,
  String.raw`xox[a-z](?:\.xox[a-z])?-[\w-]{8,}|xapp-[\w-]{8,}|SG\.[\w-]{16,}\.[\w-]{16,}|key-[0-9a-f]{32}(?![0-9a-f])`,
  String.raw`SK[0-9a-f]{32}(?![0-9a-f])|\d{8,10}:AA[\w-]{32,}|[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,}`,
  // tools
  String.raw`lin_(?:api|oauth)_[A-Za-z0-9]{20,}|ntn_[A-Za-z0-9]{30,}|secret_[A-Za-z0-9]{40,}|figd_[\w-]{20,}|PMAK-[\w-]{30,}`,
  String.raw`NRAK-[A-Z0-9]{20,}|sntry[su]_[\w+/=-]{20,}|gls?a?c?_[A-Za-z0-9+/=]{32,}(?:_[a-f0-9]{8})?|CCIPAT_\w{20,}`,
];
const TOKEN_OF_A_SERVICE = new RegExp(String.raw`(?<![A-Za-z0-9_])(?:${SHAPES.join('|')})`, 'g');

/** Unquoted, it ends at white space only: to redact too much is better than to leave the end of a secret. */
const VALUE = String.raw`(?!\[redacted\])(?:"[^"\n]*"|'[^'\n]*'|[^\s"'&:=>][^\s"'&]*)`;
const SECRET_NAME = String.raw`(?:pass(?:word|wd|phrase|code)|pwd|secret|credentials?|(?:api|access|account|private|secret|auth|client|encryption|signing|shared)[_-]?key)`;
/** What tells that a secret follows, which stays, and the secret. */
const ANNOUNCED: readonly RegExp[] = [
  // Whoever logs in with it: `git` is the name under which everybody does so over SSH.
  /(:\/\/)(?!(?:git)?@(?![^\s/?#"'<>]*@))[^\s/?#"'<>]*(?=@)/g,
  /((?<![\w-])(?:(?:set-)?cookie2?["']?[ \t]{0,4}[:=]|(?:-b|--cookie)(?=[ \t=]))[ \t=]{0,4}["']?)(?!\[redacted\])(?=[\w.$-]{1,64}=)[^\n"']+/gi,
  /\b(authorization["']?[ \t]*[:=][ \t]*["']?(?:(?:basic|token|digest|apikey|negotiate|hawk|aws4-hmac-sha256)[ \t]+|(?=[\w.~+/=-]{16})))(?!\[redacted\])[^\s"',;]+/gi,
  /\b(bearer[ \t]+)(?!\[redacted\])[\w.~+/=-]{4,}/gi,
  // Addresses that are a secret from some place on, and signatures in a query.
  /(hooks\.slack\.com\/(?:services|workflows)\/|discord(?:app)?\.com\/api\/webhooks\/|[?&](?:sig|signature|x-amz-signature|x-goog-signature|code)=)(?!\[redacted\])[^\s"'&<>]{8,}/gi,
  // The name stays. Two numbers are the user and the group of a container.
  new RegExp(
    String.raw`((?<![\w-])(?:-u|--user|--proxy-user|-U)(?:[ \t]{1,4}|=)["']?(?!\d{1,10}:\d{1,10}(?!\S))[^\s:"'/=]{1,64}:)(?!\/\/)(?!\[redacted\])[^\s"']+`,
    'g',
  ),
  // What follows an option of a command line as a word of its own.
  new RegExp(
    String.raw`((?<![\w-])--?(?:[a-z0-9]{1,20}-){0,4}(?:${SECRET_NAME}|pass|token)(?:[ \t]+|=))(?!-)${VALUE}`,
    'gi',
  ),
  new RegExp(
    String.raw`((?<![A-Za-z0-9])(?:[A-Za-z0-9]{1,40}_){0,6}(?:PASS|_auth|(?<=_)pass)["']?=|\blogin[ \t]+\S{1,64}\s+password[ \t]+|\bsshpass[ \t]+-p[ \t]*)${VALUE}`,
    'g',
  ),
  new RegExp(String.raw`(${SECRET_NAME}[\w-]{0,32}["']?[ \t]{0,4}[:=]{1,3}>?[ \t]{0,4})${VALUE}`, 'gi'),
  new RegExp(String.raw`((?:token|(?<![a-z])key)["']?[ \t]{0,4}=[ \t]{0,4})${VALUE}`, 'gi'),
  /(token["']?[ \t]{0,4}:[ \t]{0,4})(?!\[redacted\])(?:"[^"\n]{8,}"|'[^'\n]{8,}'|[\w.~+/=-]{8,})/gi,
];
