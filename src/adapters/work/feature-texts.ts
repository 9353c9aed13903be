import { layoutOf, whyNoFeature } from '../../domain/work/feature-layout.js';
import { featureDirectory } from '../../domain/work/feature-slug.js';
import { STATUS_LOG, STATUS_SNAPSHOT } from '../../domain/work/status-log.js';
import type { FeatureDocuments, FeatureFiles, StrangeFolder } from '../../ports/work.js';
import { manifestDocument } from './manifest-document.js';
import { misplaced, workPackageDocument } from './work-package-document.js';

/** Planning documents whose texts somebody has read already, by path relative to the project root. Only to be read. */
export class FeatureTexts implements Pick<FeatureFiles, 'features' | 'strangers' | 'read' | 'text'> {
  readonly #texts: ReadonlyMap<string, string>;

  constructor(texts: ReadonlyMap<string, string>) {
    this.#texts = texts;
  }

  async features(): Promise<readonly string[]> {
    return this.#folders().filter((name) => this.#judge(name).reason === undefined);
  }

  async strangers(): Promise<readonly StrangeFolder[]> {
    return this.#folders().flatMap((name) => {
      const { reason, mayBeFeature } = this.#judge(name);
      return reason === undefined ? [] : [{ path: featureDirectory(name), reason, mayBeFeature }];
    });
  }

  async read(_projectRoot: string, slug: string): Promise<FeatureDocuments | undefined> {
    if (!(await this.features()).includes(slug)) return undefined;
    const directory = featureDirectory(slug);
    const text = (name: string): string | undefined => this.#texts.get(`${directory}/${name}`);
    const log = text(STATUS_LOG);
    const snapshot = text(STATUS_SNAPSHOT);
    const lanes = text('lanes.json');
    const wps = text('wps.yaml');
    const paths = [...this.#texts.keys()].filter((path) => path.startsWith(`${directory}/`)).sort();
    const { workPackages, passedOver } = layoutOf(directory, paths);
    return {
      ...{ slug, directory, meta: text('meta.json') },
      ...{ spec: text('spec.md'), plan: text('plan.md'), tasks: text('tasks.md') },
      ...(log === undefined ? {} : { status: { log, ...(snapshot === undefined ? {} : { snapshot }) } }),
      ...(lanes === undefined ? {} : { lanes }),
      ...(wps === undefined ? {} : { manifest: manifestDocument(`${directory}/wps.yaml`, wps) }),
      workPackages: workPackages.map(({ path, fault }) => {
        const document = workPackageDocument(path, this.#texts.get(path) ?? '');
        return fault === undefined ? document : misplaced(document, fault);
      }),
      passedOver,
    };
  }

  async text(_projectRoot: string, path: string): Promise<string | undefined> {
    return this.#texts.get(path);
  }

  #folders(): readonly string[] {
    const names = [...this.#texts.keys()].flatMap((path) => FEATURE_PATH.exec(path)?.[1] ?? []);
    return [...new Set(names)].sort();
  }

  #judge(name: string): { readonly reason: string | undefined; readonly mayBeFeature: boolean } {
    const directory = featureDirectory(name);
    const hasMeta = this.#texts.has(`${directory}/meta.json`);
    const hasTasks = [...this.#texts.keys()].some((path) => path.startsWith(`${directory}/tasks/`));
    return { reason: whyNoFeature(name, { hasMeta, hasTasks }), mayBeFeature: hasMeta || hasTasks };
  }
}

const FEATURE_PATH = /^kitty-specs\/([^/]+)\//;
