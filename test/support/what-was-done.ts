import { createClient } from '../../src/app/index.js';

/** What somebody did in a project, without what differs between two times at which the same is done. */
export interface WhatWasDone {
  /** In the order of capture. */
  readonly events: readonly object[];
  /** Every commit since the first one: subject and differences. */
  readonly commits: readonly string[];
  /** Branches and work trees. */
  readonly places: string;
}

/** A repository and the state root of whoever worked in it. */
interface Workplace {
  readonly root: string;
  readonly stateRoot: string;
  readonly environment: Readonly<Record<string, string>>;
  git(...words: string[]): string | Promise<string>;
}

/**
 * Compares drivers: whoever does the same thing by command, tool or editor leaves the same events, commits and places.
 * Which event was the cause of which is kept as its number.
 */
export const whatWasDone = async (git: Workplace): Promise<WhatWasDone> => {
  const client = createClient({
    directory: git.root,
    env: git.environment,
    stateRoot: git.stateRoot,
    backgroundSync: 'off',
  });
  try {
    const uuid = (await client.events.showIdentity.run(client.directory))?.project.uuid?.value ?? '';
    const events: Readonly<Record<string, unknown>>[] = [];
    for await (const { json } of (await client.port('outboxes')).open(uuid).records())
      if (json !== undefined) events.push(JSON.parse(json));
    const ids = events.map((each) => each['event_id']);
    const log = await git.git('log', '--reverse', '--first-parent', '-m', '-p', '--format=%x00%s', 'main');
    return {
      events: events.map(({ event_type, aggregate_id, payload, causation_id, team_slug, git_branch }) => ({
        ...{ event_type, aggregate_id, team_slug, git_branch },
        payload: JSON.parse(withoutTimes(JSON.stringify(payload))),
        cause: ids.indexOf(causation_id),
      })),
      commits: log.trimEnd().split('\0').slice(2).map(withoutHashes),
      places: (await git.git('branch', '--list')).replaceAll(/^[*+ ] /gm, '').trimEnd(),
    };
  } finally {
    await client.close();
  }
};

const withoutTimes = (text: string): string => text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>');

const withoutHashes = (text: string): string => withoutTimes(text).replaceAll(/^index [0-9a-f.]+/gm, 'index');
