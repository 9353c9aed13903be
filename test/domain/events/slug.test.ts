import fc from 'fast-check';
import { deriveIdentity, isRepoSlug } from '../../../src/domain/events/derived-identity.js';

const derived = (originUrl: string | undefined, directory = 'directory') =>
  deriveIdentity({ sha256: () => '' }, `/work/${directory}`, originUrl);

describe('the slugs of a project', () => {
  it.each([
    ['git@github.com:acme/My_Repo.git', 'my-repo', 'acme/My_Repo'],
    ['https://github.com/acme/repo', 'repo', 'acme/repo'],
    ['https://github.com/acme/repo.git', 'repo', 'acme/repo'],
    ['https://github.com/acme/repo/', 'repo', 'acme/repo'],
    ['https://github.com/acme/repo.git/', 'repo', 'acme/repo'],
    ['ssh://git@host:2222/acme/repo.git', 'repo', 'acme/repo'],
    ['https://user:tok@host:8443/acme/repo.git', 'repo', 'acme/repo'],
    ['git@host:org/team/repo.git', 'repo', 'org/team/repo'],
    ['git@host:2222/acme/repo.git', 'repo', '2222/acme/repo'],
    ['git@host:/srv/acme/repo.git', 'repo', 'srv/acme/repo'],
    ['git@host:repo.git', 'repo', undefined],
    ['https://host/repo.git', 'repo', undefined],
    ['host:acme/repo', 'repo', 'acme/repo'],
    ['git@[::1]:acme/repo.git', 'repo', 'acme/repo'],
    ['git://h/a/b.git', 'b', 'a/b'],
    ['https://h//a//b.git', 'b', 'a/b'],
    ['https://h/a/b.git?x=1', 'b', 'a/b'],
    ['https://h/a/b.git?token=secret#part', 'b', 'a/b'],
    ['https://h/a/My%20Repo.git', 'my-repo', 'a/My Repo'],
    ['https://h/a/b%zz', 'b-zz', 'a/b%zz'],
    ['file:///srv/git/Repo.git', 'repo', undefined],
    ['file:///C:/git/repo.git', 'repo', undefined],
    ['/abs/path/repo.git/', 'repo', undefined],
    ['./rel/repo', 'repo', undefined],
    ['../rel/repo', 'repo', undefined],
    ['C:\\x\\y', 'y', undefined],
    ['C:/x/y/repo.git', 'repo', undefined],
    ['\\\\server\\share\\repo', 'repo', undefined],
    ['github.com/acme/repo', 'repo', undefined],
    ['acme/repo', 'repo', undefined],
    ['  https://h/a/b.GIT \n', 'b', 'a/b'],
    ['git@host:.github.git', 'github', undefined],
    ['https://h/a/__b..c__', 'b-c', 'a/__b..c__'],
  ])('of %s are %s and %s', (url, slug, repoSlug) => {
    expect(derived(url).slug).toBe(slug);
    expect(derived(url).repoSlug).toBe(repoSlug);
  });

  it.each([
    undefined,
    '',
    ' ',
    'https://host',
    'https://host/',
    'https://host/.git',
    'https://h/日本',
    '/',
    'user:tok@host',
  ])('fall back to the directory where origin %j names nothing', (url) => {
    expect(derived(url, 'My Project (2)').slug).toBe('my-project-2');
  });

  it.each(['日本', '---', '.'])(
    'end with "project" when the directory %j says nothing either',
    (directory) => {
      expect(derived(undefined, directory).slug).toBe('project');
    },
  );

  it.each([
    'https://user:hunter2@host/acme/repo',
    'https://hunter2@host/repo',
    'https://user:hunter2@host',
    'user:hunter2@host:acme/repo',
    'user:hunter2@host/acme/repo',
    'user:hunter2@host',
    'https://host/acme/repo?access_token=hunter2',
    'https://host/acme/repo#hunter2',
  ])('never hold the credential of %s', (url) => {
    expect(`${derived(url).slug} ${derived(url).repoSlug ?? ''}`).not.toContain('hunter2');
  });

  it('are kebab-case and never empty, whatever origin and directory are', () => {
    fc.assert(
      fc.property(
        fc.option(fc.oneof(fc.string(), fc.webUrl()), { nil: undefined }),
        fc.string(),
        (url, directory) => {
          expect(derived(url, directory).slug).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
          const repoSlug = derived(url).repoSlug;
          if (repoSlug !== undefined) expect(isRepoSlug(repoSlug)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    ['acme/repo', true],
    ['a/b/c', true],
    ['repo', false],
    ['acme/', false],
    ['/repo', false],
    ['a/ /b', false],
  ])('may be set by a person: %s is %s', (text, expected) => {
    expect(isRepoSlug(text)).toBe(expected);
  });
});
