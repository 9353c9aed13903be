declare const SPEC_KITTY_VERSION: string | undefined;

/** The version of the package, which the bundler fills in; sources that run unbundled have none. */
export const version: string = typeof SPEC_KITTY_VERSION === 'string' ? SPEC_KITTY_VERSION : '0.0.0-source';
