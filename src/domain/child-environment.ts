/**
 * What programs that we start find in their environment. Agents, hooks and the process that guards agents run what
 * others wrote: they get everything of ours but the token and the address of a hub's database. The background process works for us alone: it gets what it
 * needs, by name.
 */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variable that signs a machine in. */
export const TOKEN_VARIABLE = 'SPEC_KITTY_TOKEN';

/** The variable that opens the database of a hub; only `hub` commands read it. */
export const DATABASE_VARIABLE = 'SPEC_KITTY_DATABASE_URL';

/** For whatever a repository may decide about. Windows does not tell names apart by their case. */
export const withoutToken = (own: Environment): Environment =>
  Object.fromEntries(
    Object.entries(own).filter(([name]) => ![TOKEN_VARIABLE, DATABASE_VARIABLE].includes(name.toUpperCase())),
  );

/** For the process that delivers: it finds its files, git and the hub, and nothing of what else a shell holds. */
export const backgroundEnvironment = (own: Environment): Environment =>
  Object.fromEntries(Object.entries(own).filter(([name]) => isNeeded(name.toUpperCase())));

const isNeeded = (name: string): boolean =>
  NEEDED.has(name) ||
  (name !== DATABASE_VARIABLE && NEEDED_BEGINNINGS.some((beginning) => name.startsWith(beginning)));

/** Ours, the language, and git's configuration and names for the commits that a dead command has left over. */
const NEEDED_BEGINNINGS = ['SPEC_KITTY_', 'LC_', 'GIT_CONFIG_', 'GIT_AUTHOR_', 'GIT_COMMITTER_'];

const NEEDED = new Set([
  // who, where, and how programs are found
  ...['HOME', 'USER', 'LOGNAME', 'PATH', 'SHELL', 'LANG', 'LANGUAGE', 'TZ', 'TMPDIR', 'TEMP', 'TMP'],
  ...['XDG_CONFIG_HOME', 'XDG_RUNTIME_DIR'],
  // the same on Windows
  ...[
    'USERNAME',
    'USERPROFILE',
    'HOMEDRIVE',
    'HOMEPATH',
    'APPDATA',
    'LOCALAPPDATA',
    'PROGRAMDATA',
    'PATHEXT',
  ],
  ...['PROGRAMFILES', 'PROGRAMFILES(X86)', 'SYSTEMROOT', 'SYSTEMDRIVE', 'WINDIR', 'COMSPEC'],
  // Node, certificates, proxies
  ...['NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'NODE_USE_SYSTEM_CA', 'NODE_USE_ENV_PROXY'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'],
  // git that signs commits
  ...['GIT_EXEC_PATH', 'GIT_CEILING_DIRECTORIES', 'GNUPGHOME', 'SSH_AUTH_SOCK'],
]);
