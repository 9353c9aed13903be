import { backgroundEnvironment, withoutToken } from '../../src/domain/child-environment.js';

/** What a shell may hold: what we need, and what is none of our business. */
const SHELL = {
  HOME: '/home/ada',
  PATH: '/usr/bin',
  LC_ALL: 'C.UTF-8',
  SPEC_KITTY_HOME: '/state',
  SPEC_KITTY_TOKEN: 'machine',
  SPEC_KITTY_DATABASE_URL: 'postgres://hub:pass@db',
  SPEC_KITTY_SERVER_URL: 'https://hub.example.org',
  https_proxy: 'http://proxy.example.org',
  NODE_EXTRA_CA_CERTS: '/ca.pem',
  GIT_CONFIG_GLOBAL: '/home/ada/.gitconfig',
  GIT_AUTHOR_NAME: 'Ada',
  SSH_AUTH_SOCK: '/run/agent',
  GIT_DIR: '/elsewhere/.git',
  GITHUB_TOKEN: 'forge',
  AWS_SECRET_ACCESS_KEY: 'cloud',
  NODE_AUTH_TOKEN: 'registry',
  GIT_PASSWORD: 'forge',
  ANTHROPIC_API_KEY: 'model',
  DATABASE_URL: 'postgres://ada:pass@db',
  LD_PRELOAD: '/tmp/x.so',
};

describe('the environment of programs that we start', () => {
  it('is without our token for whatever a repository may decide about, in any spelling of its name', () => {
    const { SPEC_KITTY_TOKEN: _token, SPEC_KITTY_DATABASE_URL: _address, ...rest } = SHELL;
    expect(withoutToken(SHELL)).toEqual(rest);
    expect(withoutToken({ Spec_Kitty_Token: 'machine', PATH: 'x' })).toEqual({ PATH: 'x' });
  });

  it('is what delivery needs, and nothing else, for the background process', () => {
    expect(Object.keys(backgroundEnvironment(SHELL)).sort()).toEqual([
      'GIT_AUTHOR_NAME',
      'GIT_CONFIG_GLOBAL',
      'HOME',
      'LC_ALL',
      'NODE_EXTRA_CA_CERTS',
      'PATH',
      'SPEC_KITTY_HOME',
      'SPEC_KITTY_SERVER_URL',
      'SPEC_KITTY_TOKEN',
      'SSH_AUTH_SOCK',
      'https_proxy',
    ]);
  });

  it('keeps what Windows writes in other letters', () => {
    expect(
      Object.keys(backgroundEnvironment({ Path: 'a', SystemRoot: 'b', windir: 'c', OneDrive: 'd' })),
    ).toEqual(['Path', 'SystemRoot', 'windir']);
  });
});
