import fc from 'fast-check';
import {
  completeIdentity,
  isComplete,
  resolveIdentity,
} from '../../../src/domain/events/project-identity.js';
import { readProjectConfig } from '../../../src/domain/events/project-config.js';

const uuid = '550e8400-e29b-41d4-a716-446655440000';
const readDocument = (document: unknown, text = '') =>
  readProjectConfig({ state: 'present', document, text });
const whole = { uuid, slug: 'my-project', node_id: 'a1b2c3d4e5f6', repo_slug: 'owner/name', build_id: 'x' };

describe('a project config', () => {
  it('yields identity and preferences', () => {
    const config = readDocument({
      project: whole,
      sync: { auto_start: false, share: false },
      agents: [],
    });
    expect(config).toEqual({
      uuid,
      slug: 'my-project',
      nodeId: 'a1b2c3d4e5f6',
      repoSlug: 'owner/name',
      autoStart: false,
      share: false,
      notes: [],
    });
    expect(isComplete(config)).toBe(true);
  });

  it.each([undefined, null, {}, { project: null, sync: null }, { project: {}, sync: { share: null } }])(
    'that says nothing, like %j, shares and starts, and lacks everything',
    (document) => {
      const config = readDocument(document);
      expect(config).toEqual({ autoStart: true, share: true, notes: [] });
      expect(isComplete(config)).toBe(false);
    },
  );

  it.each([
    ['a list', [1], ''],
    ['a scalar', 'text', ''],
    ['a number', 7, ''],
    ['a project that is a list', { project: [] }, 'project'],
    ['a project that is a scalar', { project: 'x' }, 'project'],
    ['a sync that is no map', { sync: true }, 'sync'],
    ['a uuid of another kind', { project: { ...whole, uuid: 'x' } }, 'project.uuid'],
    [
      'a uuid of another version',
      { project: { ...whole, uuid: '550e8400-e29b-11d4-a716-446655440000' } },
      'project.uuid',
    ],
    [
      'a node id that was read as a number',
      { project: { ...whole, node_id: 123456789012 } },
      'project.node_id',
    ],
    ['a slug that is a list', { project: { ...whole, slug: ['x'] } }, 'project.slug'],
    ['a repo slug that is true', { project: { ...whole, repo_slug: true } }, 'project.repo_slug'],
    ['a share that is text', { project: whole, sync: { share: 'no' } }, 'sync.share'],
  ])('that is %s is malformed: named, not written to, and its events are held', (_name, document, path) => {
    const config = readDocument(document);
    expect(config.malformed).toMatch(path === '' ? /: must be a map/ : `understood: ${path} `);
    expect(config.share).toBe('unreadable');
    expect(completeIdentity(config, { uuid, slug: 's', nodeId: 'n' })).toEqual([]);
  });

  it('ignores, with a note, what has no consequence', () => {
    const config = readDocument({
      project: { ...whole, repo_slug: 'name' },
      sync: { auto_start: 'false' },
    });
    expect(config).toMatchObject({ autoStart: true, share: true });
    expect(config).not.toHaveProperty('repoSlug');
    expect(config).not.toHaveProperty('malformed');
    expect(config.notes).toEqual([
      expect.stringContaining('project.repo_slug'),
      expect.stringContaining('sync.auto_start'),
    ]);
  });

  it('takes an upper-case uuid as the uuid it is', () => {
    expect(readDocument({ project: { uuid: uuid.toUpperCase() } }).uuid).toBe(uuid);
  });

  it('never makes the reader throw, and what it yields is always text', () => {
    const value = fc.anything({ withNullPrototype: true, withDate: true });
    const document = fc.oneof(
      value,
      fc.record({
        project: fc.oneof(value, fc.dictionary(fc.constantFrom(...Object.keys(whole)), value)),
        sync: value,
      }),
    );
    fc.assert(
      fc.property(document, (each) => {
        const config = readDocument(each);
        for (const text of [config.uuid, config.slug, config.nodeId, config.repoSlug]) {
          expect(['string', 'undefined']).toContain(typeof text);
        }
        expect(config.malformed !== undefined).toBe(config.share === 'unreadable');
      }),
    );
  });
});

describe('completing an identity', () => {
  const proposal = { uuid: 'proposed', slug: 'proposed-slug', nodeId: 'proposed-node' };

  it('sets what is missing', () => {
    expect(completeIdentity(readDocument(undefined), proposal)).toEqual([
      { path: ['project', 'uuid'], value: 'proposed' },
      { path: ['project', 'slug'], value: 'proposed-slug' },
      { path: ['project', 'node_id'], value: 'proposed-node' },
    ]);
  });

  it('leaves alone what is there', () => {
    expect(
      completeIdentity(readDocument({ project: { uuid, slug: ' ' } }), proposal).map(({ path }) => path[1]),
    ).toEqual(['slug', 'node_id']);
    expect(completeIdentity(readDocument({ project: whole }), proposal)).toEqual([]);
  });
});

describe('the identity in use', () => {
  const derived = { uuid: 'd', slug: 'ds', repoSlug: 'd/r' };

  it('takes each value from the best place that has it', () => {
    expect(resolveIdentity({ uuid: 'c', repoSlug: 'c/r' }, { uuid: 'r', slug: 'rs' }, derived)).toEqual({
      uuid: { value: 'c', source: 'config' },
      slug: { value: 'rs', source: 'remembered' },
      repoSlug: { value: 'c/r', source: 'config' },
    });
    expect(resolveIdentity({}, {}, derived)).toEqual({
      uuid: { value: 'd', source: 'derived' },
      slug: { value: 'ds', source: 'derived' },
      repoSlug: { value: 'd/r', source: 'derived' },
    });
    expect(resolveIdentity({}, {}, { uuid: 'd', slug: 'ds' }).repoSlug.value).toBeUndefined();
  });
});

describe('the warning about a config', () => {
  it('names the line of a key', () => {
    const text = '# c\nproject:\r\n  "node_id": 12\nsync: []\n';
    expect(readDocument({ project: { node_id: 12 }, sync: [] }, text).malformed).toBe(
      '.kittify/config.yaml cannot be understood: line 4: sync must be a map, not a list; ' +
        'line 3: project.node_id is read as a number: put it in quotes.',
    );
  });

  it('names the line that the parser names', () => {
    const issues = [{ path: '', line: 7, reason: 'is odd' }];
    expect(readProjectConfig({ state: 'unreadable', issues }).malformed).toBe(
      '.kittify/config.yaml cannot be understood: line 7: is odd.',
    );
  });

  it('does without a line where the key stands nowhere', () => {
    expect(readDocument({ sync: { share: 'x' } }, 'a: 1').malformed).toBe(
      '.kittify/config.yaml cannot be understood: sync.share must be true or false.',
    );
  });
});
