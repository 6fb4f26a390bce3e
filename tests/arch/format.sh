#!/bin/sh
# SPDX-License-Identifier: MIT
# Is the C laid out as .clang-format says?  Each version of clang-format has
# its own opinion; the one of this tree is version 14.
set -u

format=
for name in clang-format-14 clang-format; do
	if command -v $name >/dev/null &&
	    $name --version | grep -q 'version 14\.'; then
		format=$name
		break
	fi
done
if [ -z "$format" ]; then
	echo '1..0 # SKIP no clang-format 14'
	exit 0
fi

cd "$1" || exit 1
n=0 bad=0
for file in $(find bench lib pam_sigra sigractl tests -name '*.[ch]' |
	LC_ALL=C sort); do
	n=$((n + 1))
	if $format --dry-run -Werror "$file" 2>/dev/null; then
		echo "ok $n - $file"
	else
		bad=1
		echo "not ok $n - $file"
		echo "# run: $format -i $file"
	fi
done
echo "1..$n"
exit $bad
