import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';

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
  const from = Math.max(0, Math.floor(top / height) - SPARE);
  const to = Math.min(
    items.length,
    from + Math.ceil((box.current?.clientHeight ?? innerHeight) / height) + 2 * SPARE,
  );
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
        {items.map((item, at) => {
          const key = keyOf(item);
          if ((at < from || at >= to) && key !== focused) return null;
          return (
            <li
              key={key}
              style={{ transform: `translateY(${at * height}px)`, height: `${height}px` }}
              aria-setsize={items.length}
              aria-posinset={at + 1}
              onFocusIn={() => setFocused(key)}
            >
              {render(item)}
            </li>
          );
        })}
      </ul>
    </div>
  );
};

const SPARE = 6;
