#!/bin/sh
# What scripted.cjs does as far as a large feature needs it. Hundreds of starts of a runtime would cost more than
# everything else together; nothing here starts a process, but for a commit.
# Called as: sh scripted.sh NAME PLAN PROMPT_FILE WORKTREE WP_ID
name=$1 plan=$2 prompt=$3 worktree=$4 wp=$5
base=${prompt##*/}
rest=${base#"$wp"-}
rest=${rest%.md}
phase=${rest%-*}
round=${rest##*-}

read -r heading < "$prompt"
case $heading in *"$wp"*) ;; *) echo "The prompt is about something else."; exit 9 ;; esac
[ "$(pwd -P)" = "$worktree" ] || { echo "At work in $(pwd -P) instead of $worktree."; exit 9; }

word=
while read -r line; do
  case $line in *"VERDICT: approved "*) word=${line#*VERDICT: approved } word=${word%%\`*} ;; esac
done < "$prompt"

what=leave
[ "$phase" = review ] && what=approve
rank=0
while IFS== read -r key value; do
  case $key in
    "$wp $phase $round") what=$value rank=2 ;;
    "$wp $phase") [ "$rank" -lt 2 ] && what=$value rank=1 ;;
  esac
done < "$plan.txt"

echo "$wp $phase $round $name $what" >> "$plan.log"
echo "$name: $phase of $wp, round $round"
case $what in
  fail) echo "I cannot do this."; exit 1 ;;
  approve) echo "VERDICT: approved $word" ;;
  reject)
    echo "FEEDBACK:"
    echo "Say more in $wp.txt, round $round."
    echo "VERDICT: changes requested $word"
    ;;
  mumble) echo "It looks fine." ;;
  *)
    echo "$name, round $round" >> "$worktree/$wp.txt"
    if [ "$what" = commit ]; then
      git add -- "$wp.txt" && git commit --quiet -m "$wp: by $name"
    fi
    ;;
esac
