#!/bin/sh
# SPDX-License-Identifier: MIT
# What visudo says of our example: sudoers.sh FILE
set -u
visudo=$(PATH=$PATH:/usr/sbin:/sbin command -v visudo)
if [ -z "$visudo" ]; then
	echo "1..0 # SKIP no visudo"
	exit 0
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
n=0 bad=0
point() { # WHAT, and the exit status that is expected and was
	n=$((n + 1))
	if [ "$2" -eq "$3" ]; then
		echo "ok $n - $1"
	else
		bad=1
		echo "not ok $n - $1"
	fi
}

cp "$1" "$work/good"
sed 's/ALL = (root)/ALL (root)/' "$1" >"$work/broken"
"$visudo" -csf "$work/good" >&2
point 'visudo takes it' 0 $?
"$visudo" -csqf "$work/broken" 2>/dev/null
point 'and not a broken one' 1 $?
granted=$(grep -v '^#' "$work/good" | grep -c 'sigractl --org \*$')
point 'nothing is granted without --org' 1 "$granted"
echo "1..$n"
exit $bad
