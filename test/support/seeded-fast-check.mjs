import fc from '../../node_modules/fast-check/lib/fast-check.js';

/**
 * Jest gives this to whoever imports `fast-check`: the same cases in every run, so that a change is what makes a test fail.
 * `PROPERTY_SEED=17 npm test` tries others.
 */
fc.configureGlobal({ seed: Number(process.env['PROPERTY_SEED'] ?? 20_261_120) });

export * from '../../node_modules/fast-check/lib/fast-check.js';
export default fc;
