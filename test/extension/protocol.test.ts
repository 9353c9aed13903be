import { readFromPage } from '../../extension/src/webview/protocol.js';

describe('what a page says', () => {
  it.each([
    [{ did: 'began', more: 1 }, { did: 'began' }],
    [
      { did: 'move', id: 'WP01', to: 'done' },
      { did: 'move', id: 'WP01', to: 'done' },
    ],
    [
      { did: 'openFile', id: 'WP01', to: 'done' },
      { did: 'openFile', id: 'WP01' },
    ],
    [
      { did: 'move', id: 'WP01' },
      { did: 'move', id: 'WP01' },
    ],
    [
      { did: 'showTimeline', id: 'WP01' },
      { did: 'showTimeline', id: 'WP01' },
    ],
  ])('is taken as what it can be: %j', (said, meant) => {
    expect(readFromPage(said)).toEqual(meant);
  });

  it.each([
    [undefined],
    [null],
    ['move'],
    [{}],
    [{ did: 'run', id: 'rm' }],
    [{ did: 'move', id: 'WP01', to: 1 }],
    [{ did: 'move', id: 1, to: 'done' }],
    [{ did: 'openFile', id: 'x'.repeat(101) }],
    [{ did: 'constructor', id: 'WP01' }],
  ])('is nothing where it is anything else: %j', (said) => {
    expect(readFromPage(said)).toBeUndefined();
  });
});
