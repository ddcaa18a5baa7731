# zsh -f complete.zsh SCRIPT LINE…: types each line into an interactive zsh and prints what that lists as completions of it.
zmodload zsh/zpty
script=$1; shift
zpty -b shell zsh -f -i

shown_until() {
  shown=
  while [[ $shown != *$1$'\r'* ]]; do
    zpty -r -t shell piece && shown+=$piece || sleep .02
  done
}

zpty -w shell "PROMPT=; LISTMAX=1000; autoload -Uz compinit; compinit -u -D; source ${(q)script}; echo loa''ded"
shown_until loaded
for line; do
  # Ctrl-D lists, Ctrl-U takes the line away again.
  zpty -w shell "$line"$'\C-d\C-u'"echo lis''ted"
  shown_until listed
  print -r -- "$shown"
done
