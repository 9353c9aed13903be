import { render } from 'preact';
import { attentionOf } from '../../domain/hub/now.js';
import { Account, SignIn } from './account.js';
import { Activity } from './activity.js';
import { Board } from './board.js';
import { Feature } from './feature.js';
import { Keys } from './keys.js';
import { asOf, connect, connection, fault, loaded, me } from './live.js';
import { Machines } from './machines.js';
import { FeatureTable, Now, watched } from './now.js';
import { projectName } from './board-rows.js';
import { Empty } from './words.js';
import { address, listenToAddress } from './router.js';
import { WorkPackage } from './work-package.js';

const NAVIGATION = [
  ['/', 'Now'],
  ['/board', 'Board'],
  ['/activity', 'Activity'],
  ['/machines', 'Machines'],
  ['/account', 'Account'],
] as const;

const App = () => {
  if (me.value === 'nobody') return <SignIn />;
  const { pathname } = address.value;
  const lost = connection.value === 'lost';
  return (
    <>
      <header>
        <a class="skip" href="#main" data-leaves>
          To the content
        </a>
        <span class="brand" aria-hidden="true">
          spec-kitty
        </span>
        <nav aria-label="Pages">
          {NAVIGATION.map(([path, name]) => (
            <a key={path} href={path} aria-current={pathname === path ? 'page' : undefined}>
              {name}
              {path === '/' && loaded.value ? <Waiting /> : null}
            </a>
          ))}
        </nav>
        <Freshness />
        <Keys />
      </header>
      {lost ? (
        <p class="banner" role="status">
          The connection to the hub is lost. What you see is from {new Date(asOf.value).toLocaleTimeString()};
          it goes on by itself.
        </p>
      ) : null}
      <main id="main" tabIndex={-1} class={lost ? 'dim' : undefined}>
        {loaded.value ? (
          <Page path={pathname} />
        ) : (
          <>
            <h1>{TITLES[pathname.slice(1)] ?? 'One moment'}</h1>
            {fault.value === '' ? (
              <Empty>Reading the boards…</Empty>
            ) : (
              <p role="alert" class="empty alarm">
                The hub cannot be read: {fault.value} It is tried again.
              </p>
            )}
          </>
        )}
      </main>
    </>
  );
};

const Waiting = () => {
  const { length } = attentionOf(watched(), Date.now());
  return length === 0 ? null : <span class="count">{length}</span>;
};

const Freshness = () => (
  <span class={`freshness ${connection.value}`}>
    {connection.value === 'live'
      ? `live, as of ${new Date(asOf.value).toLocaleTimeString()}`
      : connection.value === 'lost'
        ? 'not connected'
        : 'connecting'}
  </span>
);

const Page = ({ path }: { readonly path: string }) => {
  const [first = '', project = '', , feature, third, id] = path.split('/').slice(1).map(decoded);
  const title = TITLES[first];
  if (first === 'projects' && feature !== undefined && id !== undefined && third === 'work-packages')
    return <WorkPackage project={project} feature={feature} id={id} />;
  if (first === 'projects' && feature !== undefined) return <Feature project={project} feature={feature} />;
  return (
    <>
      <h1>{first === 'projects' ? projectName(project) : (title ?? 'There is nothing here')}</h1>
      {first === '' ? <Now /> : null}
      {first === 'board' ? <Board /> : null}
      {first === 'projects' ? (
        <>
          <Board project={project} />
          <h2>Features</h2>
          <FeatureTable project={project} />
        </>
      ) : null}
      {first === 'machines' ? <Machines /> : null}
      {first === 'activity' ? <Activity /> : null}
      {first === 'account' ? <Account /> : null}
    </>
  );
};

const TITLES: Readonly<Record<string, string>> = {
  '': 'Now',
  board: 'Board of all projects',
  machines: 'Machines',
  activity: 'Activity',
  account: 'Account',
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

listenToAddress();
void connect();
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
