#!/bin/sh
# SPDX-License-Identifier: MIT
# What leaves the module, what it needs, and how it and the programs are
# hardened: exports.sh MODULE PROGRAM...
set -u

n=0 bad=0
point() { # WHAT, and what is wrong with it (empty: nothing)
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		bad=1
		echo "not ok $n - $1"
		echo "$2" | sed 's/^/# /'
	fi
}

for tool in readelf nm; do
	if ! command -v $tool >/dev/null; then
		echo "1..0 # SKIP no $tool"
		exit 0
	fi
done

# FILE: what a hardened ELF file has and this one does not.
lacks() {
	dynamic=$(readelf -dW "$1") program=$(readelf -lW "$1")
	echo "$program" | grep -q GNU_RELRO || echo "no RELRO segment"
	echo "$dynamic" | grep -Eq 'BIND_NOW|FLAGS_1.*NOW' ||
		echo "binds lazily"
	echo "$program" | grep GNU_STACK | grep -q 'RW ' ||
		echo "an executable stack"
	echo "$program" | grep -Eq 'LOAD .* RWE' &&
		echo "a writable code segment"
	echo "$dynamic" | grep -q TEXTREL && echo "text relocations"
	echo "$dynamic" | grep -Eq 'R(UN)?PATH' && echo "a run path"
	readelf -hW "$1" | grep -q 'Type: *DYN' ||
		echo "not position independent"
	readelf -sW "$1" | grep -q __stack_chk_fail ||
		echo "no stack protector"
}

module=$1
shift
want='pam_sm_acct_mgmt
pam_sm_authenticate
pam_sm_chauthtok
pam_sm_close_session
pam_sm_open_session
pam_sm_setcred'
have=$(nm -D --defined-only "$module" | awk '{ print $NF }' |
	sed 's/@.*//' | LC_ALL=C sort)
point 'exports the six entry points and nothing else' \
	"$([ "$have" = "$want" ] || echo "$have")"

point 'needs libc and libpam only' "$(readelf -dW "$module" |
	sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
	grep -Ev '^(libc\.so\.6|libc\.so|libc\.musl-.*|libpam\.so\.0)$')"

point 'dlopen finds every symbol at once' "$(python3 -c '
import ctypes, os, sys
m = ctypes.CDLL(os.path.abspath(sys.argv[1]), os.RTLD_NOW | os.RTLD_LOCAL)
m.pam_sm_authenticate' "$module" 2>&1)"

# A login without a key pays nothing: what only keys need is loaded by hand.
for file in "$@"; do
	case $(basename "$file") in
	sigra-fido) want='libfido2\.so' ;;
	*) want='' ;;
	esac
	point "$(basename "$file") loads no library for keys unasked" \
		"$(readelf -dW "$file" |
			sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
			grep -E '^lib(fido2|cbor|systemd|udev)\.so' |
			grep -Ev "^(${want:-none})")"
done

for file in "$module" "$@"; do
	point "$(basename "$file") is hardened" "$(lacks "$file")"
done

echo "1..$n"
exit $bad
