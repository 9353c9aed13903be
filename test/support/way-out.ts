/**
 * How this machine reaches the network, which a run of tests keeps from everybody but the programs that ask a registry:
 * variables for their environment.
 */
export const wayOut = (): Readonly<Record<string, string>> =>
  JSON.parse(process.env['SPEC_KITTY_TEST_WAY_OUT'] ?? '{}') as Record<string, string>;
