# SPDX-License-Identifier: MIT
# For tools/try and tools/check, which source it.

# Debian's own programs, whatever the caller has put in front of them.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
# sigractl asks who called sudo; in here everything is root's own.
unset SUDO_UID SUDO_GID SUDO_USER SUDO_COMMAND

# Without root there is no machine of one's own to make.
need_root() {
	if [ "$(id -u)" != 0 ]; then
		echo "$1: this needs root. Try: sudo $1" >&2
		return 1
	fi
}

missing_packages() {
	sed -n "s/^$1	//p" "$top/tools/packages.txt" | while read -r name; do
		dpkg-query -W -f '${Status}' "$name" 2>/dev/null |
			grep -q '^install ok installed$' || echo "$name"
	done
}

# install_packages KIND...: by name, and only what is missing.
install_packages() {
	missing=
	for kind; do
		missing="$missing $(missing_packages "$kind" | tr '\n' ' ')"
	done
	# shellcheck disable=SC2086 # a list of words
	set -- $missing
	[ $# -gt 0 ] || return 0
	if ! command -v apt-get >/dev/null; then
		echo "These packages are missing, and this is no Debian:" >&2
		echo "  $*" >&2
		return 1
	fi
	echo "Installing: $*" | fold -s -w 78
	keep_services_off "$@"
	apt_quietly update && apt_quietly install --no-install-recommends "$@"
	installed=$?
	let_services_be
	return $installed
}

apt_quietly() {
	if ! DEBIAN_FRONTEND=noninteractive apt-get -y -q "$@" \
		</dev/null >"$work/apt.log" 2>&1; then
		cat "$work/apt.log" >&2
		echo "apt-get $1 failed" >&2
		return 1
	fi
}

# Installing must not open this machine to anybody, nor start anything: a
# service that was not here before is neither started nor enabled.
keep_services_off() {
	new_services=
	case " $* " in
	*" openssh-server "*) new_services="ssh.service ssh.socket" ;;
	esac
	case " $* " in
	*" postgresql "*) new_services="$new_services postgresql.service" ;;
	esac
	if [ -n "$new_services" ] && [ ! -e /usr/sbin/policy-rc.d ]; then
		guard=/usr/sbin/policy-rc.d
		printf '#!/bin/sh\nexit 101\n' >"$guard"
		chmod 755 "$guard"
	fi
}

let_services_be() {
	[ -z "$guard" ] || rm -f "$guard"
	guard=
	[ -n "$new_services" ] || return 0
	if command -v systemctl >/dev/null; then
		# shellcheck disable=SC2086 # a list of words
		systemctl disable $new_services >/dev/null 2>&1
	fi
	echo "Installed, but switched off; to have them:"
	for unit in $new_services; do
		echo "  systemctl enable --now $unit"
	done
}

# make_work NAME: a directory for everything, gone at the end.
make_work() {
	guard=
	work=$(mktemp -d "/tmp/$1.XXXXXX") || exit 1
	trap 'rm -rf "$work"; [ -z "$guard" ] || rm -f "$guard"' EXIT
	trap 'exit 130' HUP INT TERM
}

# The tree as it is now, where building leaves nothing behind in it.
copy_tree() {
	mkdir "$work/tree" &&
		tar -C "$top" -c --exclude=./.git --exclude=./b \
			--exclude='./b-*' --exclude=./build \
			--exclude=__pycache__ . |
		tar -C "$work/tree" -x --no-same-owner &&
		chmod -R go+rX "$work" "$work/tree"
}
