import type { BoardView, CardView, LaneView } from 'spec-kitty-sync/plans';
import type { FromPage, ToPage } from './protocol.js';

/** The program of a board's page. What it shows comes as text and goes into the page as text. */
interface Host {
  postMessage(message: FromPage): void;
  getState(): PageState | undefined;
  setState(state: PageState): void;
}

/** What is kept over a reload: what the page is about, and where the focus was. */
interface PageState {
  readonly project?: string;
  readonly feature?: string;
  readonly focused?: string | undefined;
}

declare const acquireVsCodeApi: () => Host;
const host = acquireVsCodeApi();
const main = document.querySelector('main') as HTMLElement;
const told = document.querySelector('[role=status]') as HTMLElement;
let board: BoardView | undefined;
let dragged: CardView | undefined;

window.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
  if (data.show === 'refusal') {
    told.textContent = data.text;
    return;
  }
  const { project, feature, view } = data;
  sayMoves(board, view);
  board = view;
  host.setState({ ...host.getState(), project, feature });
  const focused =
    document.activeElement?.closest('[data-id]')?.getAttribute('data-id') ?? host.getState()?.focused;
  const lanes =
    view.fault === ''
      ? element('div', { class: 'lanes' }, ...view.lanes.map(laneOf))
      : element('p', { text: view.fault });
  document.title = view.title;
  main.replaceChildren(element('h1', { text: view.title }), lanes);
  if (focused !== undefined) cardElement(focused)?.focus();
});

/** Whoever does not see the board hears which cards are in another lane now, whoever moved them. */
const sayMoves = (before: BoardView | undefined, after: BoardView): void => {
  const laneIn = (view: BoardView | undefined, id: string): string | undefined =>
    view?.lanes.find(({ cards }) => cards.some((card) => card.id === id))?.title;
  const moved = after.lanes.flatMap(({ title, cards }) =>
    cards.flatMap(({ id }) => ([title, undefined].includes(laneIn(before, id)) ? [] : [`${id}: ${title}`])),
  );
  if (moved.length > 0) told.textContent = moved.join(', ');
};

const laneOf = (lane: LaneView): HTMLElement => {
  const count = lane.cards.length;
  const name = `${lane.title}, ${count} ${count === 1 ? 'work package' : 'work packages'}`;
  const section = element(
    'section',
    { class: 'lane', 'data-lane': lane.lane, 'aria-label': name },
    element('h2', { text: lane.title }, element('span', { class: 'count', text: String(count) })),
    element('ul', {}, ...lane.cards.map((card) => cardOf(card, lane))),
  );
  if (board?.canMove !== true || !lane.isOpen) return section;
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

const cardOf = (card: CardView, lane: LaneView): HTMLElement => {
  const { id, title, about } = card;
  const moves = { draggable: 'true', 'aria-keyshortcuts': 'Alt+ArrowRight Alt+ArrowLeft M T' };
  const button = element(
    'button',
    { class: 'card', 'data-id': id, ...(board?.canMove === true ? moves : {}) },
    // Read out as words of their own.
    ...[element('strong', { text: id }), new Text(' '), element('span', { text: title }), new Text(' ')],
    element('small', { text: about }),
  );
  button.addEventListener('click', () => host.postMessage({ did: 'openFile', id }));
  button.addEventListener('focus', () => host.setState({ ...host.getState(), focused: id }));
  button.addEventListener('dragstart', (event) => {
    dragged = card;
    event.dataTransfer?.setData('text/plain', id);
  });
  button.addEventListener('keydown', (event) => onKey(event, card, lane));
  return element('li', {}, button);
};

/** Arrows go from card to card; with Alt they take the card along. */
const onKey = (event: KeyboardEvent, { id }: CardView, lane: LaneView): void => {
  const { lanes = [], canMove = false } = board ?? {};
  const at = lanes.indexOf(lane);
  const row = lane.cards.findIndex((card) => card.id === id);
  const sideways = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  const beside = lanes[at + sideways];
  if (event.altKey && sideways !== 0) {
    if (canMove && beside?.isOpen === true) host.postMessage({ did: 'move', id, to: beside.lane });
  } else if (sideways !== 0) {
    const others = sideways > 0 ? lanes.slice(at + 1) : lanes.slice(0, at).reverse();
    focus(others.find(({ cards }) => cards.length > 0)?.cards[0]);
  } else if (event.key === 'ArrowDown') focus(lane.cards[row + 1]);
  else if (event.key === 'ArrowUp') focus(lane.cards[row - 1]);
  else if (event.key === 'm' && canMove) host.postMessage({ did: 'move', id });
  else if (event.key === 't' && canMove) host.postMessage({ did: 'showTimeline', id });
  else return;
  event.preventDefault();
};

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
