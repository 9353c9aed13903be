import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parse } from 'yaml';
import { YamlConfigStore } from '../../../src/adapters/events/yaml-config-store.js';
import type { ConfigEdit } from '../../../src/ports/events.js';
import { scratchDirectory } from '../../support/scratch-directory.js';

const project = scratchDirectory();
const store = new YamlConfigStore();
const file = () => join(project.path, '.kittify', 'config.yaml');
const held = () => ({ checkout: { root: project.path, projectRoot: project.path } });
const put = (text: string | Uint8Array, options: { readonly mode?: number } = {}) => {
  mkdirSync(join(project.path, '.kittify'), { recursive: true });
  writeFileSync(file(), text, options);
};
const text = () => readFileSync(file(), 'utf8');
const update = (...edits: ConfigEdit[]) => store.update(held(), () => edits);
const set = (path: string, value: string | boolean): ConfigEdit => ({ path: path.split('.'), value });

describe('an edit of config.yaml', () => {
  const cases: readonly (readonly [string, string, readonly ConfigEdit[], string])[] = [
    ['an empty file', '', [set('project.uuid', 'u')], 'project:\n  uuid: "u"\n'],
    ['comments only', '# ours\n', [set('project.uuid', 'u')], '# ours\nproject:\n  uuid: "u"\n'],
    ['a document start only', '---\n', [set('project.uuid', 'u')], '---\nproject:\n  uuid: "u"\n'],
    [
      'a missing section, behind what is there',
      'vcs:\n  type: git # keep\n\n# tail\n',
      [set('project.uuid', 'u'), set('project.slug', 's')],
      'vcs:\n  type: git # keep\nproject:\n  uuid: "u"\n  slug: "s"\n\n# tail\n',
    ],
    [
      'a missing key, with comments and unknown keys in place',
      'project: # who\n    build_id: 7   # theirs\n    slug: s # name\n# tail\nsync: {share: true}\n',
      [set('project.uuid', 'u')],
      'project: # who\n    build_id: 7   # theirs\n    slug: s # name\n    uuid: "u"\n# tail\nsync: {share: true}\n',
    ],
    [
      'an empty section',
      'project:\nvcs: git\n',
      [set('project.uuid', 'u')],
      'project:\n  uuid: "u"\nvcs: git\n',
    ],
    [
      'a commented empty section',
      'project: # c\n',
      [set('project.uuid', 'u')],
      'project: # c\n  uuid: "u"\n',
    ],
    [
      'a section that is null in writing',
      'project: ~ # c\n',
      [set('project.uuid', 'u')],
      'project: {uuid: "u"} # c\n',
    ],
    [
      'an empty value',
      'project:\n  uuid:   # c\n  slug: s\n',
      [set('project.uuid', 'u')],
      'project:\n  uuid: "u"   # c\n  slug: s\n',
    ],
    [
      'a value that is there',
      "project:\n  uuid: 'a' # c\n",
      [set('project.uuid', 'u')],
      'project:\n  uuid: "u" # c\n',
    ],
    [
      'a flow section',
      'project: {slug: s, }\n',
      [set('project.uuid', 'u')],
      'project: {uuid: "u", slug: s, }\n',
    ],
    ['an empty flow section', 'project: {}\n', [set('project.uuid', 'u')], 'project: {uuid: "u"}\n'],
    ['a flow document', '{a: 1}', [set('project.uuid', 'u')], '{project: {uuid: "u"}, a: 1}'],
    [
      'an empty section of a flow document',
      '{project: }',
      [set('project.uuid', 'u')],
      '{project: {uuid: "u"} }',
    ],
    ['a file without a final line break', 'a: 1', [set('sync.share', false)], 'a: 1\nsync:\n  share: false'],
    [
      'CRLF',
      'project:\r\n  slug: s\r\nb: 1\r\n',
      [set('project.uuid', 'u')],
      'project:\r\n  slug: s\r\n  uuid: "u"\r\nb: 1\r\n',
    ],
    [
      'a byte order mark',
      '\ufeffproject:\n  slug: s\n',
      [set('project.uuid', 'u')],
      '\ufeffproject:\n  slug: s\n  uuid: "u"\n',
    ],
    ['nothing but a byte order mark', '\ufeff', [set('project.uuid', 'u')], '\ufeffproject:\n  uuid: "u"\n'],
    ['an indented document', '  a: 1\n', [set('b.c', true)], '  a: 1\n  b:\n    c: true\n'],
    ['a block scalar before it', 'a: |\n  text\n', [set('b.c', true)], 'a: |\n  text\nb:\n  c: true\n'],
    ['a list before it', 'a:\n- x\n- y # c\n', [set('b.c', true)], 'a:\n- x\n- y # c\nb:\n  c: true\n'],
    ['a document end', 'a: 1\n...\n', [set('b.c', true)], 'a: 1\nb:\n  c: true\n...\n'],
  ];

  it.each(cases)('is spliced into %s', async (_name, before, edits, after) => {
    put(before);
    expect(await update(...edits)).toMatchObject({ state: 'present', text: after });
    expect(text()).toBe(after);
  });

  it('leaves no temporary file and keeps the mode', async () => {
    put('a: 1\n', { mode: 0o640 });
    await update(set('project.uuid', 'u'));
    expect(statSync(file()).mode & 0o777).toBe(0o640);
    expect(readdirSync(join(project.path, '.kittify'))).toEqual(['config.yaml']);
  });

  it('does not touch the file when there is nothing to set', async () => {
    put('a: 1\n');
    const before = statSync(file(), { bigint: true });
    await update();
    const after = statSync(file(), { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
  });

  it('writes through a symbolic link', async () => {
    mkdirSync(join(project.path, '.kittify'));
    writeFileSync(join(project.path, 'real.yaml'), 'a: 1\n');
    symlinkSync(join('..', 'real.yaml'), file());
    await update(set('b.c', true));
    expect(lstatSync(file()).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(project.path, 'real.yaml'), 'utf8')).toBe('a: 1\nb:\n  c: true\n');
  });

  it('fails as not writable when its folder cannot be made', async () => {
    writeFileSync(join(project.path, '.kittify'), 'a file');
    await expect(update(set('b.c', true))).rejects.toMatchObject({
      kind: 'config-not-writable',
      cause: expect.anything(),
    });
  });

  it('fails as not writable, and changes nothing, where the splice would mean something else', async () => {
    const odd = '? project\n: !!map {}\nkey: "a\n  b"\n';
    put(odd);
    await update(set('project.uuid', 'u')).catch((error: unknown) => {
      expect(error).toMatchObject({ kind: 'config-not-writable' });
      expect(text()).toBe(odd);
    });
    put('- a\n- b\n');
    await expect(update(set('project.uuid', 'u'))).rejects.toMatchObject({ kind: 'config-not-writable' });
    expect(text()).toBe('- a\n- b\n');
  });

  it('sets exactly the value, whatever the text is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (value) => {
        put('project:\n  uuid: x # c\n  slug: s\nother: [1, 2]\n');
        await update(set('project.uuid', value));
        expect(parse(text())).toEqual({ project: { uuid: value, slug: 's' }, other: [1, 2] });
        expect(text()).toContain(' # c\n  slug: s\nother: [1, 2]\n');
      }),
      { numRuns: 50 },
    );
  });
});

describe('a config that cannot be understood', () => {
  it.each([
    ['bad YAML', 'a: 1\nb: ]\n', { line: 2 }],
    ['a duplicate key', 'a: 1\na: 2\n', { line: 2 }],
    ['an alias', 'a: &x 1\nb: *x\n', { line: 2 }],
    ['conflict markers', 'a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> theirs\n', { line: 2 }],
    ['two documents', 'a: 1\n---\nb: 2\n', { line: 2 }],
    ['more than 256 KiB', `# ${'x'.repeat(262_144)}\n`, {}],
    ['endless nesting', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, {}],
  ])('is unreadable: %s', async (_name, content, issue) => {
    put(content);
    const reading = await store.read(project.path);
    expect(reading).toMatchObject({ state: 'unreadable' });
    if (reading.state === 'unreadable') expect(reading.issues[0]).toMatchObject(issue);
    expect(text()).toBe(content);
  });

  it('is unreadable when it is not UTF-8 or not a file', async () => {
    put(Uint8Array.of(0x61, 0x3a, 0x20, 0xff));
    expect(await store.read(project.path)).toMatchObject({ state: 'unreadable' });
    expect(readFileSync(file())).toHaveLength(4);
  });

  it('is unreadable when a folder has its name', async () => {
    mkdirSync(file(), { recursive: true });
    expect(await store.read(project.path)).toMatchObject({ state: 'unreadable' });
  });

  it('is set aside byte for byte', async () => {
    put('a: "open\n');
    expect(await store.setAside(held())).toBe('config.yaml.broken-1');
    expect(existsSync(file())).toBe(false);
    expect(readFileSync(`${file()}.broken-1`, 'utf8')).toBe('a: "open\n');
  });

  it('never makes a reading throw, whatever the bytes are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array(),
          fc.string().map((each) => new TextEncoder().encode(each)),
        ),
        async (bytes) => {
          put(bytes);
          expect(['present', 'unreadable']).toContain((await store.read(project.path)).state);
        },
      ),
      { numRuns: 100 },
    );
  });
});
