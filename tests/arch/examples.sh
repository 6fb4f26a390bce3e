#!/bin/sh
# SPDX-License-Identifier: MIT
# The EXAMPLES of sigractl(8), as they stand there, on a trial store:
# examples.sh SOURCE-ROOT SIGRACTL
set -u

page=$1/man/sigractl.8
sigractl=$2
# As root under sudo a trial store is refused: root would act for another.
unset SUDO_UID SUDO_USER SUDO_GID SUDO_COMMAND
top=$(mktemp -d) || exit 1
trap 'rm -rf "$top"' EXIT
trap 'exit 130' HUP INT TERM
mkdir "$top/bin" "$top/blocks" "$top/work"
case $sigractl in
/*) ;;
*) sigractl=$PWD/$sigractl ;;
esac
ln -s "$sigractl" "$top/bin/sigractl"
PATH=$top/bin:$PATH
export PATH

# Each .Bd -literal of the section, without mdoc's escapes, is a file.
awk -v dir="$top/blocks" '
	/^\.Sh / { inside = $2 == "EXAMPLES" }
	inside && /^\.Bd -literal/ {
		file = sprintf("%s/%02d", dir, ++n)
		next
	}
	/^\.Ed/ { file = "" }
	file != "" { gsub(/\\&/, ""); gsub(/\\e/, "\\"); print >file }
' "$page"
set -- "$top"/blocks/*
if [ ! -f "$1" ]; then
	echo "1..1"
	echo "not ok 1 - sigractl(8) has examples"
	exit 1
fi

# One shell for all: later blocks use what earlier ones made.  It stops at
# the first command that fails; a block that ran to its end has a mark.
for block; do
	cat "$block"
	echo "echo ${block##*/} >&3"
done >"$top/script"
(cd "$top/work" && sh -e "$top/script" </dev/null) \
	>"$top/said" 2>&1 3>"$top/done"

n=0 bad=0
for block; do
	n=$((n + 1))
	what="example ${block##*/}: $(sed -n 1p "$block")"
	if grep -q sigractl "$block" &&
		grep -qx "${block##*/}" "$top/done"; then
		echo "ok $n - $what"
		continue
	fi
	echo "not ok $n - $what"
	[ $bad = 1 ] || sed 's/^/# /' "$block" "$top/said"
	bad=1
done
echo "1..$n"
exit $bad
