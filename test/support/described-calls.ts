import { EXAMPLE_EVENT } from '../../src/domain/hub/api.js';
import type { TestHub } from './hub.js';

interface Media {
  readonly schema: { readonly examples?: readonly unknown[] };
}

interface Operation {
  readonly security: readonly unknown[];
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Media>> }>>;
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** A call as the hub describes it, with the example that it gives. */
export interface DescribedCall {
  /** `GET /path/{of}/it`. */
  readonly name: string;
  readonly operation: Operation;
  /** Makes it: about the example's project, feature and work package, with the example's body unless another is given. */
  readonly make: (given?: {
    readonly token?: string;
    /** Of these it gets those that it takes. */
    readonly query?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  }) => Promise<Response>;
}

/** Everything that a hub answers to, as its own description has it. */
export const describedCalls = async (hub: Pick<TestHub, 'url'>): Promise<readonly DescribedCall[]> => {
  const { paths } = (await (await fetch(`${hub.url}/openapi.json`)).json()) as OpenApi;
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      operation,
      make: ({ token, query = {}, body } = {}) => {
        const [[contentType, media] = []] = Object.entries(operation.requestBody?.content ?? {});
        const example = body ?? media?.schema.examples?.[0];
        const known = Object.entries(query).filter(([name]) =>
          operation.parameters.some((each) => each.in === 'query' && each.name === name),
        );
        const place = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => PLACES[name] ?? name);
        return fetch(`${hub.url}${place}?${new URLSearchParams(known).toString()}`, {
          method: method.toUpperCase(),
          headers: {
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            ...(contentType === undefined ? {} : { 'content-type': contentType }),
          },
          ...(example === undefined
            ? {}
            : {
                body:
                  contentType === 'application/json'
                    ? JSON.stringify(example)
                    : new URLSearchParams(example as Record<string, string>).toString(),
              }),
        });
      },
    })),
  );
};

const PLACES: Readonly<Record<string, string | undefined>> = {
  uuid: EXAMPLE_EVENT.project_uuid ?? '',
  slug: EXAMPLE_EVENT.payload.feature_slug,
  id: EXAMPLE_EVENT.payload.wp_id,
};
