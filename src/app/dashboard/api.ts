/** What the hub refused, in its own words. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export const get = <T>(path: string): Promise<T> => call<T>(path, { method: 'GET' });

export const post = <T>(path: string, body: Readonly<Record<string, string>> = {}): Promise<T> =>
  call<T>(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });

/** Throws {@link Refusal}; status 0 says that the hub could not be reached. */
const call = async <T>(path: string, init: RequestInit): Promise<T> => {
  const response = await fetch(path, { ...init, credentials: 'same-origin' }).catch(() => undefined);
  if (response === undefined) throw new Refusal(0, 'The hub cannot be reached.');
  const body = (await response.json().catch(() => ({}))) as Readonly<Record<string, unknown>>;
  if (response.ok) return body as T;
  const said = [body['detail'], body['title']].find((text) => typeof text === 'string' && text !== '');
  throw new Refusal(
    response.status,
    typeof said === 'string' ? said : `The hub answered ${response.status}.`,
  );
};

/** One page after the other, until the last. */
export const pages = async function* <T extends { readonly next?: string }>(path: string): AsyncGenerator<T> {
  for (let after = ''; ;) {
    const page = await get<T>(`${path}${path.includes('?') ? '&' : '?'}after=${encodeURIComponent(after)}`);
    yield page;
    if (page.next === undefined) return;
    after = page.next;
  }
};
