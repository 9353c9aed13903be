/** What stands for the placeholders in an agent's command line. */
interface CommandLineValues {
  readonly promptFile: string;
  readonly prompt: string;
  readonly worktree: string;
  readonly workPackageId: string;
}

/** Fills the placeholders of a command line. Values are taken as they are: no shell ever sees them. */
export const fillCommandLine = (argv: readonly string[], values: CommandLineValues): readonly string[] =>
  argv.map((argument) =>
    argument.replace(/\{(prompt_file|prompt|worktree|wp_id)\}/g, (_, name: string) => valueOf(name, values)),
  );

const valueOf = (name: string, values: CommandLineValues): string => {
  if (name === 'prompt_file') return values.promptFile;
  if (name === 'prompt') return values.prompt;
  return name === 'worktree' ? values.worktree : values.workPackageId;
};
