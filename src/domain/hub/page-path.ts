/** What a page of a hub's dashboard is about; what is absent is not narrowed down. */
export interface PagePlace {
  readonly project?: string | undefined;
  readonly feature?: string | undefined;
  readonly workPackage?: string | undefined;
}

/** The path of the page about a place, from the hub's own address on. Without a project it is the first page. */
export const pagePath = ({ project, feature, workPackage }: PagePlace): string => {
  if (project === undefined) return '/';
  const path = `/projects/${project}`;
  if (feature === undefined) return path;
  const own = `${path}/features/${encodeURIComponent(feature)}`;
  return workPackage === undefined ? own : `${own}/work-packages/${encodeURIComponent(workPackage)}`;
};
