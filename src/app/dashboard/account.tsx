import { useState } from 'preact/hooks';
import type { BrowserSessions } from '../../domain/hub/api.js';
import { post, Refusal } from './api.js';
import { connect, disconnect, me } from './live.js';
import { Ago, Empty } from './words.js';
import { useCall } from './use-call.js';

type Session = BrowserSessions['sessions'][number];

/** With what the person is signed in; each can be ended. */
export const Account = () => {
  const [ended, setEnded] = useState(0);
  const [said, setSaid] = useState('');
  const list = useCall<BrowserSessions>('/api/v1/sessions/', ended);
  const end = (session: Session): void => {
    post('/api/v1/sessions/end/', { id: session.id }).then(
      () => {
        setSaid(`${session.name ?? session.kind} is signed out.`);
        if (session.current) disconnect();
        else setEnded(ended + 1);
      },
      (error: unknown) => setSaid(error instanceof Error ? error.message : 'It failed.'),
    );
  };
  const who = me.value;
  return (
    <>
      {typeof who === 'string' ? null : (
        <p>
          {who.username}, team {who.team_slug}. <button onClick={signOut}>Sign out</button>
        </p>
      )}
      <h2>Devices and tokens</h2>
      <p role="status">{said}</p>
      {list.is === 'waiting' ? <Empty>Reading…</Empty> : null}
      {list.is === 'failed' ? <p role="alert">{list.why}</p> : null}
      <ul class="list">
        {(list.is === 'there' ? list.value.sessions : []).map((session) => (
          <li key={session.id} class="item line">
            <b>{session.name ?? (session.kind === 'device' ? 'a device' : 'a token')}</b>
            <span class="faint">
              {session.kind}, team {session.team_slug}, since <Ago time={session.opened_at} />, until{' '}
              <span class="number">{session.expires_at.slice(0, 10)}</span>
            </span>
            {session.current ? <span class="flag">this browser</span> : null}
            <button
              onClick={() => end(session)}
              aria-label={`End ${session.name ?? session.kind} ${session.id.slice(0, 8)}`}
            >
              End
            </button>
          </li>
        ))}
      </ul>
    </>
  );
};

export const signOut = (): void => {
  void post('/api/v1/session/end/').then(disconnect, disconnect);
};

export const SignIn = () => {
  const [said, setSaid] = useState('');
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const of = (name: string): string => String(fields.get(name) ?? '');
    const team = of('team_slug');
    post('/api/v1/session/', {
      username: of('username'),
      password: of('password'),
      ...(team === '' ? {} : { team_slug: team }),
    }).then(
      () => {
        me.value = 'unknown';
        return connect();
      },
      (error: unknown) => setSaid(error instanceof Refusal ? error.message : 'It failed.'),
    );
  };
  return (
    <main class="sign-in" tabIndex={-1}>
      <h1>Sign in to this hub</h1>
      <form onSubmit={submit}>
        <label>
          User name
          <input name="username" autocomplete="username" required />
        </label>
        <label>
          Password
          <input name="password" type="password" autocomplete="current-password" required />
        </label>
        <label>
          Team <span class="faint">(your first one, if empty)</span>
          <input name="team_slug" autocomplete="organization" />
        </label>
        <p role="alert">{said}</p>
        <button class="primary">Sign in</button>
      </form>
    </main>
  );
};
