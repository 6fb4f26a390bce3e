# SPDX-License-Identifier: MIT
# For [setup] and [check]: . "$SCRIPTS/../setup.sh"
# A store below $DIR, whose password costs little; nothing beside it.

sigra() {
	"$SIGRACTL" -c "$DIR/sigra.conf" "$@"
}

# ready [PASSWORD [OPTION...]]: a store, and ann with a password, set so
ready() {
	password=${1-correct horse battery}
	shift $(($# > 0))
	cat >"$DIR/sigra.conf" <<-END
		[store]
		where = sqlite:$DIR/store/sigra.db
		key = $DIR/sigra.key
		[argon2]
		memory_kib = 8192
		passes = 1
		[verifier]
		socket = $DIR/run/sigrad.sock
	END
	chmod 0644 "$DIR/sigra.conf"
	sigra init --owner root
	sigra user add ann
	printf '%s\n' "$password" | sigra password set ann --stdin "$@"
}

# audited ACTION OUTCOME [N]: so many rows of the audit say this (default 1)
audited() {
	n=$(sigra audit list --json --action "$1" --outcome "$2" --limit 50 |
		grep -o '"action"' | wc -l)
	[ "$n" = "${3-1}" ] || {
		echo "$n rows of $1 $2"
		sigra audit list
		return 1
	}
}

# device totp|hotp: ann has one that makes codes of @KEY@ (hotp from 0 on)
device() {
	printf 'otpauth://%s/%s?secret=%s%s\n' "$1" "$1" "$KEY" \
		"$(test "$1" = totp || echo '&counter=0')" |
		sigra import otpauth ann --stdin
}

# backup: ann's backup codes, a line each in the file "backup"
backup() {
	sigra --json enroll backup ann --without-code |
		sed -n 's/^ *"\([a-z2-7-]\{14\}\)",\{0,1\}$/\1/p' \
		>"$DIR/backup"
	[ "$(wc -l <"$DIR/backup")" = 10 ]
}

# issue COMMAND...: the code that it makes for ann, in the file "code"
issue() {
	sigra --json "$@" ann | sed -n 's/.*"code": "\(.*\)".*/\1/p' \
		>"$DIR/code"
	[ "$(wc -c <"$DIR/code")" = 15 ]
}

# devices N: ann has so many
devices() {
	n=$(sigra --json enroll list ann | grep -c '"label"' || true)
	[ "$n" = "$1" ] || {
		sigra enroll list ann
		return 1
	}
}
