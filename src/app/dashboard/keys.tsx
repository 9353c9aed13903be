import { useEffect, useRef } from 'preact/hooks';
import { go } from './router.js';

/** A letter after `g` leads to a page. */
const PLACES: Readonly<Record<string, readonly [path: string, name: string]>> = {
  n: ['/', 'Now'],
  b: ['/board', 'Board'],
  a: ['/activity', 'Activity'],
  m: ['/machines', 'Machines'],
  c: ['/account', 'Account'],
};

export const Keys = () => {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    let isGoing = false;
    const listen = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName))
        return;
      const place = isGoing ? PLACES[event.key] : undefined;
      isGoing = event.key === 'g';
      if (place !== undefined) go(place[0]);
      else if (event.key === '?') dialog.current?.showModal();
      else if (event.key === '/') {
        const search = document.querySelector<HTMLElement>('input[type=search]');
        if (search !== null) event.preventDefault();
        search?.focus();
      }
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
  return (
    <>
      <button class="quiet" onClick={() => dialog.current?.showModal()} aria-label="Keys">
        ?
      </button>
      <dialog ref={dialog} aria-labelledby="keys">
        <h2 id="keys">Keys</h2>
        <dl>
          {Object.entries(PLACES).map(([key, [, name]]) => (
            <div key={key} class="line">
              <dt>
                <kbd>g</kbd> <kbd>{key}</kbd>
              </dt>
              <dd>{name}</dd>
            </div>
          ))}
          <div class="line">
            <dt>
              <kbd>/</kbd>
            </dt>
            <dd>Search on the board</dd>
          </div>
          <div class="line">
            <dt>
              <kbd>?</kbd>
            </dt>
            <dd>This list</dd>
          </div>
        </dl>
        <button onClick={() => dialog.current?.close()}>Close</button>
      </dialog>
    </>
  );
};
