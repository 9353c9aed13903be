import { SyncError } from '../../../domain/errors.js';
import { defineCommand, needed } from '../define-command.js';

export const completion = defineCommand({
  path: 'completion',
  summary: 'print a completion script for your shell',
  positionals: { shell: needed('bash, zsh or fish') },
  examples: [
    ['source <(spec-kitty completion bash)', 'complete in this bash'],
    ['source <(spec-kitty completion zsh)', 'complete in this zsh'],
    ['spec-kitty completion fish | source', 'complete in this fish'],
  ],
  run: async ({ args: { shell }, terminal }) => {
    const script = COMPLETION_SCRIPTS.get(shell);
    if (script === undefined) {
      throw new SyncError('wrong-usage', `There is no completion script for "${shell}".`, {
        hint: `There are: ${SHELLS.map((each) => `"spec-kitty completion ${each}"`).join(', ')}.`,
      });
    }
    terminal.raw(script);
    return { data: { shell, script } };
  },
});

/**
 * What each shell runs for a completion. It hands the words so far to the program, which answers with one candidate a
 * line, or with `:files` or `:directories` for what the shell itself knows.
 */
const COMPLETION_SCRIPTS: ReadonlyMap<string, string> = new Map([
  [
    'bash',
    `_spec_kitty() {
  local IFS=$'\\n' answer
  answer=$(spec-kitty --complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  case "$answer" in
    :files) compopt -o filenames; COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")) ;;
    :directories) compopt -o filenames; COMPREPLY=($(compgen -d -- "\${COMP_WORDS[COMP_CWORD]}")) ;;
    *) COMPREPLY=($answer) ;;
  esac
}
complete -F _spec_kitty spec-kitty
`,
  ],
  [
    'zsh',
    `#compdef spec-kitty
_spec_kitty() {
  local answer
  answer="$(spec-kitty --complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"
  case "$answer" in
    :files) _files ;;
    :directories) _files -/ ;;
    ?*) compadd -- "\${(@f)answer}" ;;
  esac
}
if (( ! $+functions[compdef] )); then autoload -Uz compinit && compinit -u; fi
if [[ "$funcstack[1]" == _spec_kitty ]]; then _spec_kitty "$@"; else compdef _spec_kitty spec-kitty; fi
`,
  ],
  [
    'fish',
    `function __spec_kitty_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l answer (spec-kitty --complete -- $words[2..-1] 2>/dev/null)
  switch "$answer"
    case ':files'
      __fish_complete_path (commandline -ct)
    case ':directories'
      __fish_complete_directories (commandline -ct)
    case '*'
      printf '%s\\n' $answer
  end
end
complete -c spec-kitty -f -a '(__spec_kitty_complete)'
`,
  ],
]);

export const SHELLS: readonly string[] = [...COMPLETION_SCRIPTS.keys()];
