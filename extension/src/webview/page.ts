import type { TimelineEntry } from 'spec-kitty-sync/domain';
import type { CardView, LaneView } from 'spec-kitty-sync/plans';
import type { FromPage, ToPage } from './protocol.js';

/** The program of both views. What it shows comes as text and goes into the page as text. */
interface Host {
  postMessage(message: FromPage): void;
  getState(): PageState | undefined;
  setState(state: PageState): void;
}

/** What is kept over a reload: what the page is about, for the view, and where the focus was. */
interface PageState {
  readonly subject?: unknown;
  readonly focused?: string | undefined;
}

declare const acquireVsCodeApi: () => Host;
const host = acquireVsCodeApi();
const main = document.querySelector('main') as HTMLElement;
const told = document.querySelector('[role=status]') as HTMLElement;
let dragged: CardView | undefined;

window.addEventListener('message', ({ data }: MessageEvent<ToPage & { readonly subject?: unknown }>) => {
  if (data.show === 'told') {
    told.textContent = data.text;
    told.className = data.isRefusal ? 'refusal' : '';
    return;
  }
  host.setState({ ...host.getState(), subject: data.subject });
  const heading = element('h1', { text: data.title });
  const focused =
    document.activeElement?.closest('[data-id]')?.getAttribute('data-id') ?? host.getState()?.focused;
  main.replaceChildren(heading, data.show === 'board' ? boardOf(data) : timelineOf(data));
  if (focused !== undefined) cardElement(focused)?.focus();
});

const boardOf = ({ lanes, canMove, fault }: Extract<ToPage, { show: 'board' }>): HTMLElement => {
  if (fault !== '') return element('p', { text: fault, class: 'refusal' });
  return element('div', { class: 'lanes' }, ...lanes.map((lane) => laneOf(lane, lanes, canMove)));
};

const laneOf = (lane: LaneView, lanes: readonly LaneView[], canMove: boolean): HTMLElement => {
  const count = lane.cards.length;
  const cards = element('ul', {}, ...lane.cards.map((card) => cardOf(card, lane, lanes, canMove)));
  const section = element(
    'section',
    {
      class: 'lane',
      'data-lane': lane.lane,
      'aria-label': `${lane.title}, ${count} ${count === 1 ? 'work package' : 'work packages'}`,
    },
    element('h2', { text: lane.title }, element('span', { class: 'count', text: String(count) })),
    cards,
  );
  if (!canMove || !lane.isOpen) return section;
  // What is not legal is taken as well: the answer then says why it is refused.
  section.addEventListener('dragover', (event) => {
    if (dragged === undefined) return;
    event.preventDefault();
    section.classList.add(dragged.reach.includes(lane.lane) ? 'welcome' : 'closed');
  });
  const leave = (): void => section.classList.remove('welcome', 'closed');
  section.addEventListener('dragleave', leave);
  section.addEventListener('drop', (event) => {
    event.preventDefault();
    leave();
    if (dragged !== undefined) host.postMessage({ did: 'move', id: dragged.id, to: lane.lane });
    dragged = undefined;
  });
  return section;
};

const cardOf = (
  card: CardView,
  lane: LaneView,
  lanes: readonly LaneView[],
  canMove: boolean,
): HTMLElement => {
  const name = `${card.id}, ${card.title}, ${lane.title}${card.about === '' ? '' : `, ${card.about}`}`;
  const button = element(
    'button',
    {
      class: 'card',
      'data-id': card.id,
      'aria-label': name,
      ...(canMove ? { draggable: 'true', 'aria-keyshortcuts': 'Alt+ArrowRight Alt+ArrowLeft M T' } : {}),
    },
    element('strong', { text: card.id }),
    element('span', { text: card.title }),
    element('small', { text: card.about }),
  );
  button.addEventListener('click', () => host.postMessage({ did: 'open', id: card.id }));
  button.addEventListener('focus', () => host.setState({ ...host.getState(), focused: card.id }));
  button.addEventListener('dragstart', (event) => {
    dragged = card;
    event.dataTransfer?.setData('text/plain', card.id);
  });
  button.addEventListener('keydown', (event) => onKey(event, card, lane, lanes, canMove));
  return element('li', {}, button);
};

/** Arrows go from card to card; with Alt they take the card along. */
const onKey = (
  event: KeyboardEvent,
  card: CardView,
  lane: LaneView,
  lanes: readonly LaneView[],
  canMove: boolean,
): void => {
  const at = lanes.indexOf(lane);
  const row = lane.cards.indexOf(card);
  const sideways = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  const beside = lanes[at + sideways];
  if (event.altKey && sideways !== 0) {
    if (canMove && beside?.isOpen === true) host.postMessage({ did: 'move', id: card.id, to: beside.lane });
  } else if (sideways !== 0) {
    const next = lanes.slice(...(sideways > 0 ? [at + 1] : [0, at])).filter(({ cards }) => cards.length > 0);
    const { cards = [] } = (sideways > 0 ? next[0] : next.at(-1)) ?? {};
    focus(cards[Math.min(row, cards.length - 1)]);
  } else if (event.key === 'ArrowDown') focus(lane.cards[row + 1]);
  else if (event.key === 'ArrowUp') focus(lane.cards[row - 1]);
  else if (event.key === 'm' && canMove) host.postMessage({ did: 'choose', id: card.id });
  else if (event.key === 't' && canMove) host.postMessage({ did: 'timeline', id: card.id });
  else return;
  event.preventDefault();
};

const timelineOf = ({ entries, empty }: Extract<ToPage, { show: 'timeline' }>): HTMLElement =>
  entries.length === 0
    ? element('p', { text: empty })
    : element('ol', { class: 'timeline' }, ...entries.map(entryOf));

const entryOf = ({ id, clock, time, what, who, where }: TimelineEntry): HTMLElement =>
  element(
    'li',
    { 'data-id': id, tabindex: '0' },
    element('span', { class: 'clock', text: String(clock) }),
    element('span', { class: 'what', text: what }),
    element('small', { text: [time, who, where].filter((text) => text !== '').join(' · ') }),
  );

const cardElement = (id: string): HTMLElement | null => main.querySelector(`[data-id="${CSS.escape(id)}"]`);
const focus = (card: CardView | undefined): void => void (card && cardElement(card.id)?.focus());

const element = (
  name: string,
  { text, ...attributes }: Readonly<Record<string, string>>,
  ...children: readonly Node[]
): HTMLElement => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
};

host.postMessage({ did: 'began' });
