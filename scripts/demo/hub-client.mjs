/** Reads what the hub has, as any client could. */
export const signInAtHub = async (url, username, password) => {
  const { access } = await post(`${url}/api/v1/token/`, { username, password });
  return {
    /** For one live connection. */
    liveToken: async () => (await post(`${url}/api/v1/ws-token/`, {}, access)).ws_token,
    events: async () => {
      const events = [];
      for (let after = 0, more = true; more;) {
        const page = await get(`${url}/api/v1/events/?after=${after}&limit=500`, access);
        events.push(...page.events);
        ({ next: after, more } = page);
      }
      return events;
    },
  };
};

const post = async (url, body, token) =>
  answer(
    await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    }),
  );

const get = async (url, token) => answer(await fetch(url, { headers: { authorization: `Bearer ${token}` } }));

const answer = async (response) => {
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
  return response.json();
};
