import { isWorkPackageId } from '../ids.js';
import { err, ok, type Result } from '../result.js';
import { isFields } from '../document.js';
import { describePlace, lineMatching, type Place } from './place.js';

/** `wps.yaml` of a feature, parsed and not yet understood. */
export interface ManifestDocument {
  /** Relative to the project root. */
  readonly path: string;
  readonly text: string;
  /** Any YAML value; absent when it cannot be parsed. */
  readonly value?: unknown;
  readonly fault?: { readonly line?: number | undefined; readonly reason: string };
}

/** What a manifest says of a work package whose dependencies it names, be it that there are none. */
export interface ManifestEntry extends Pick<Place, 'line'> {
  readonly dependencies: readonly string[];
}

/** The entries of a manifest that name dependencies, by work package id. An entry without the key says nothing of them. */
export const readManifest = (
  document: ManifestDocument,
): Result<ReadonlyMap<string, ManifestEntry>, string> => {
  const { path } = document;
  if (document.fault !== undefined) {
    const { line, reason } = document.fault;
    return err(`${describePlace({ path, line })}: ${reason}`);
  }
  const list = isFields(document.value) ? document.value['work_packages'] : undefined;
  if (!Array.isArray(list)) return err(`${path} has no list "work_packages"`);
  const entries = new Map<string, ManifestEntry>();
  for (const item of list as readonly unknown[]) {
    const id = isFields(item) ? item['id'] : undefined;
    if (!isFields(item) || typeof id !== 'string' || !isWorkPackageId(id))
      return err(`${path} has an entry whose id is ${JSON.stringify(id)}, which is no id such as WP01`);
    const line = lineOfEntry(document.text, id);
    const place = describePlace({ path, line });
    if (entries.has(id)) return err(`${place}: ${id} is there twice`);
    const stated = item['dependencies'];
    if (stated === undefined) continue;
    const dependencies = stated ?? [];
    if (!Array.isArray(dependencies) || !dependencies.every((each) => typeof each === 'string'))
      return err(`${place}: the dependencies of ${id} are no list of ids`);
    entries.set(id, { dependencies: [...new Set(dependencies)], line });
  }
  return ok(entries);
};

const lineOfEntry = (text: string, id: string): number | undefined =>
  lineMatching(text, new RegExp(`^\\s*(?:-\\s*)?["']?id["']?\\s*:\\s*["']?${id}\\b`));
