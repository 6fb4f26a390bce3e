#!/bin/sh
# SPDX-License-Identifier: MIT
# A secret given to a format, by itself or by its address, does not compile:
# unprintable.sh SOURCE-ROOT COMPILER...
set -u

root=$1
shift
n=0 bad=0

# compiles STATEMENT COMPILER...
compiles() {
	statement=$1
	shift
	printf '%s\n' '#include <stdio.h>' '#include "base/secret.h"' \
		'void f(const struct secret *pin);' 'void' \
		'f(const struct secret *pin)' '{' "$statement" '}' |
		"$@" -std=c17 -D_GNU_SOURCE -Wall -Werror=format \
			-I "$root/lib" -fsyntax-only -x c - 2>&1
}

# point WANTED STATEMENT COMPILER...
point() {
	wanted=$1
	shift
	n=$((n + 1))
	said=$(compiles "$@")
	status=$?
	[ $status = 0 ] && is=compiles || is=refused
	if [ $is = "$wanted" ]; then
		echo "ok $n - $wanted: $1"
		return
	fi
	bad=1
	echo "not ok $n - $wanted: $1"
	echo "$said" | sed 's/^/# /'
}

point compiles '(void)printf("%zu", pin->len);' "$@"
point refused '(void)printf("%s", pin);' "$@"
point refused '(void)printf("%s", *pin);' "$@"
point refused 'fault(NULL, STATUS_OK, "%s", pin);' "$@"
echo "1..$n"
exit $bad
