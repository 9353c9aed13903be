/** Preloaded into a process, this sets its wall clock off by CLOCK_OFFSET_MS. */
const offsetMs = Number(process.env.CLOCK_OFFSET_MS);
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
