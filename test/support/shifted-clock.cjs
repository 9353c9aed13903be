/** Preloaded into a process, this sets its wall clock off by SPEC_KITTY_TEST_CLOCK_MS. */
const offsetMs = Number(process.env.SPEC_KITTY_TEST_CLOCK_MS);
const RealDate = Date;
const nowMs = () => RealDate.now() + offsetMs;

globalThis.Date = class extends RealDate {
  constructor(...args) {
    super(...(args.length === 0 ? [nowMs()] : args));
  }

  static now() {
    return nowMs();
  }
};
