import { isWorkPackageId } from '../ids.js';
import { err, ok, type Result } from '../result.js';
import { isFields } from '../document.js';

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
export interface ManifestEntry {
  readonly dependencies: readonly string[];
  /** Of the entry in the file, counted from 1; absent when it cannot be told. */
  readonly line?: number | undefined;
}

/** The entries of a manifest that name dependencies, by work package id. An entry without the key says nothing of them. */
export const readManifest = (
  document: ManifestDocument,
): Result<ReadonlyMap<string, ManifestEntry>, string> => {
  if (document.fault !== undefined) {
    const { line, reason } = document.fault;
    return err(`${document.path}${line === undefined ? '' : `:${line}`}: ${reason}`);
  }
  const list = isFields(document.value) ? document.value['work_packages'] : undefined;
  if (!Array.isArray(list)) return err(`${document.path} has no list "work_packages"`);
  const entries = new Map<string, ManifestEntry>();
  for (const item of list as readonly unknown[]) {
    const id = isFields(item) ? item['id'] : undefined;
    if (!isFields(item) || typeof id !== 'string' || !isWorkPackageId(id))
      return err(
        `${document.path} has an entry whose id is ${JSON.stringify(id)}, which is no id such as WP01`,
      );
    const line = lineOfEntry(document.text, id);
    const place = line === undefined ? document.path : `${document.path}:${line}`;
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

const lineOfEntry = (text: string, id: string): number | undefined => {
  const isEntry = new RegExp(`^\\s*(?:-\\s*)?["']?id["']?\\s*:\\s*["']?${id}\\b`);
  const at = text.split('\n').findIndex((line) => isEntry.test(line));
  return at === -1 ? undefined : at + 1;
};
