import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Only the rows that can be seen are in the document, and the one with the focus stays. */
export const Virtual = <T,>(list: {
  readonly label: string;
  readonly items: readonly T[];
  readonly height: number;
  readonly keyOf: (item: T) => string;
  readonly render: (item: T) => ComponentChildren;
}) => {
  const { label, items, height, keyOf, render } = list;
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [focused, setFocused] = useState('');
  // Asked for when it changes: the browser would have to lay the page out for every answer while it is drawn.
  const [room, setRoom] = useState(innerHeight);
  useLayoutEffect(() => {
    if (box.current === null) return undefined;
    const watching = new ResizeObserver(([entry]) => setRoom(entry?.contentRect.height ?? innerHeight));
    watching.observe(box.current);
    return () => watching.disconnect();
  }, []);
  const from = Math.max(0, Math.floor(top / height) - SPARE);
  const to = Math.min(items.length, from + Math.ceil(room / height) + 2 * SPARE);
  const shown = items.slice(from, to).map((item, at) => ({ item, at: from + at, key: keyOf(item) }));
  const kept =
    focused === '' || shown.some(({ key }) => key === focused)
      ? -1
      : items.findIndex((item) => keyOf(item) === focused);
  const keptItem = items[kept];
  if (keptItem !== undefined) shown.push({ item: keptItem, at: kept, key: focused });
  return (
    <div
      class="scroll"
      role="region"
      aria-label={label}
      tabIndex={0}
      ref={box}
      onScroll={() => setTop(box.current?.scrollTop ?? 0)}
    >
      <ul class="virtual" style={{ height: `${items.length * height}px` }} onFocusOut={() => setFocused('')}>
        {shown.map(({ item, at, key }) => (
          <li
            key={key}
            style={{ transform: `translateY(${at * height}px)`, height: `${height}px` }}
            aria-setsize={items.length}
            aria-posinset={at + 1}
            onFocusIn={() => setFocused(key)}
          >
            {render(item)}
          </li>
        ))}
      </ul>
    </div>
  );
};

const SPARE = 6;
