import type { Checkout } from '../../ports/events.js';

/** The main checkout of a repository: where `kitty-specs/` is read, written and committed. */
export const mainCheckout = (checkout: Checkout): Checkout =>
  checkout.commonDir === undefined
    ? { root: checkout.projectRoot, projectRoot: checkout.projectRoot }
    : {
        root: checkout.projectRoot,
        projectRoot: checkout.projectRoot,
        commonDir: checkout.commonDir,
        gitDir: checkout.projectGitDir ?? checkout.commonDir,
        ...(checkout.projectGitDir === undefined ? {} : { projectGitDir: checkout.projectGitDir }),
      };
