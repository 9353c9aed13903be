import { SyncError } from '../../../../domain/errors.js';
import type { Run } from '../../define-command.js';

interface Args {
  readonly shell: string;
}

export const run: Run<Args> = ({ args, terminal }) => {
  const script = SCRIPTS.get(args.shell);
  if (script === undefined) {
    throw new SyncError('wrong-usage', `There is no completion script for "${args.shell}".`, {
      hint: 'Run "spec-kitty completion bash", "spec-kitty completion zsh" or "spec-kitty completion fish".',
    });
  }
  terminal.raw(script);
  return Promise.resolve({ data: { shell: args.shell, script } });
};

// Each script hands the words so far to the program, which answers with one candidate a line.
const SCRIPTS: ReadonlyMap<string, string> = new Map([
  [
    'bash',
    `_spec_kitty() {
  local IFS=$'\\n'
  COMPREPLY=($(spec-kitty --complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o bashdefault -o default -F _spec_kitty spec-kitty
`,
  ],
  [
    'zsh',
    `#compdef spec-kitty
_spec_kitty() {
  local -a candidates
  candidates=("\${(@f)$(spec-kitty --complete -- "\${words[@]:1:CURRENT-1}" 2>/dev/null)}")
  if [[ -n "\${candidates[1]}" ]]; then compadd -- "\${candidates[@]}"; else _files; fi
}
compdef _spec_kitty spec-kitty
`,
  ],
  [
    'fish',
    `function __spec_kitty_complete
  set -l words (commandline -opc) (commandline -ct)
  spec-kitty --complete -- $words[2..-1] 2>/dev/null
end
complete -c spec-kitty -a '(__spec_kitty_complete)'
`,
  ],
]);
