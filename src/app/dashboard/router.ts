import { signal } from '@preact/signals';

/** The address as the pages read it: a view can be sent to a colleague, and back and forward work. */
export const address = signal(new URL(location.href));

export const go = (href: string, how: 'push' | 'replace' = 'push'): void => {
  const next = new URL(href, location.href);
  if (how === 'push') history.pushState(null, '', next);
  else history.replaceState(null, '', next);
  address.value = next;
  if (how === 'push') document.querySelector<HTMLElement>('main')?.focus();
};

export const filterOf = (name: string): string => address.value.searchParams.get(name) ?? '';

/** Puts a filter into the address; an empty one leaves it. */
export const setFilter = (name: string, value: string): void => {
  const next = new URL(address.value);
  if (value === '') next.searchParams.delete(name);
  else next.searchParams.set(name, value);
  go(next.href, 'replace');
};

/** Own links change the page without loading it; a click that asks for a tab of its own gets one. */
export const listenToAddress = (): void => {
  addEventListener('popstate', () => (address.value = new URL(location.href)));
  document.addEventListener('click', (event) => {
    const link = (event.target as Element).closest('a');
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (link === null || !plain || link.origin !== location.origin || link.hasAttribute('data-leaves'))
      return;
    event.preventDefault();
    go(link.href);
  });
};
