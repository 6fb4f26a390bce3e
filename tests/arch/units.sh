#!/bin/sh
# SPDX-License-Identifier: MIT
# What systemd says of our units, and what it makes of our users and
# directories: units.sh SIGRAD LIBEXECDIR SERVICE SOCKET SYSUSERS TMPFILES FIDO
# FIDO_SERVICE FIDO_SOCKET SIGRACTL BINDIR GC_SERVICE GC_TIMER CRON
# NOTIFY_SERVICE NOTIFY_TIMER
set -u
sigrad=$(realpath "$1")
libexecdir=$2 service=$3 socket=$4 sysusers=$5 tmpfiles=$6
fido=$(realpath "$7")
fido_service=$8 fido_socket=$9
shift 9
sigractl=$(realpath "$1")
bindir=$2 gc_service=$3 gc_timer=$4 cron=$5
notify_service=$6 notify_timer=$7
EXPOSURE=20 # tenths, at most

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

for tool in systemd-analyze systemd-sysusers systemd-tmpfiles; do
	if ! command -v $tool >/dev/null; then
		echo "1..0 # SKIP no $tool"
		exit 0
	fi
done
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# verify DIR: of the units there, and nothing of what else systemd knows
verify() {
	SYSTEMD_UNIT_PATH="$1:" systemd-analyze verify --man=no \
		"$1/sigrad.service" "$1/sigrad.socket" \
		"$1/sigra-fido@1.service" "$1/sigra-fido.socket" \
		"$1/sigra-gc.service" "$1/sigra-gc.timer" \
		"$1/sigra-notify.service" "$1/sigra-notify.timer" 2>&1 |
		grep sigra
}

# The program is not at its place yet.
mkdir "$work/units" "$work/broken"
sed "s|^ExecStart=.*|ExecStart=$sigrad|" "$service" \
	>"$work/units/sigrad.service"
sed "s|^ExecStart=.*|ExecStart=-$fido|" "$fido_service" \
	>"$work/units/sigra-fido@.service"
sed "s|^ExecStart=.*|ExecStart=$sigractl gc|" "$gc_service" \
	>"$work/units/sigra-gc.service"
sed "s|^ExecStart=.*|ExecStart=$sigractl notify|" "$notify_service" \
	>"$work/units/sigra-notify.service"
cp "$socket" "$fido_socket" "$gc_timer" "$notify_timer" "$work/units"
cp "$work/units/"* "$work/broken"
echo 'ProtectEverything=yes' >>"$work/broken/sigrad.service"

point 'the service starts the installed program' \
	"$(grep -qx "ExecStart=$libexecdir/sigrad" "$service" ||
		grep ExecStart "$service")"
point 'and the key'"'"'s its own' \
	"$(grep -qx "ExecStart=-$libexecdir/sigra-fido" "$fido_service" ||
		grep ExecStart "$fido_service")"
point 'and the timer the installed command' \
	"$(grep -qx "ExecStart=$bindir/sigractl gc" "$gc_service" ||
		grep ExecStart "$gc_service")"
point 'as cron would, if it were told to' \
	"$(grep -q "^#.*root $bindir/sigractl gc " "$cron" || cat "$cron")"
point 'and another what is to be sent' \
	"$(grep -qx "ExecStart=$bindir/sigractl notify" "$notify_service" &&
		grep -q "^#.*root $bindir/sigractl notify " "$cron" ||
		cat "$notify_service" "$cron")"
point 'but cron is told nothing yet' "$(grep -v '^#' "$cron")"
point 'systemd-analyze verify: nothing to say' "$(verify "$work/units")"
point 'systemd-analyze verify: finds a planted fault' \
	"$([ -n "$(verify "$work/broken")" ] || echo 'it does not')"

for unit in sigrad.service sigra-fido@.service; do
	if said=$(systemd-analyze security --offline=true --no-pager \
		--threshold=$EXPOSURE "$work/units/$unit" 2>&1); then
		said=
	fi
	point "systemd-analyze security: $unit is exposed little" "$said"
	systemd-analyze security --offline=true --no-pager \
		"$work/units/$unit" 2>/dev/null |
		sed -n 's/^.*\(Overall exposure.*: [0-9.]*\).*/# \1/p'
done
# It begins as root, who ends the processes of others.
if said=$(systemd-analyze security --offline=true --no-pager \
	--threshold=40 "$work/units/sigra-gc.service" 2>&1); then
	said=
fi
point 'systemd-analyze security: sigra-gc.service, as far as root may' "$said"
# Mailers that become somebody else must still be able to.
if said=$(systemd-analyze security --offline=true --no-pager \
	--threshold=40 "$work/units/sigra-notify.service" 2>&1); then
	said=
fi
point 'systemd-analyze security: sigra-notify.service, as far as mail lets' \
	"$said"
point 'and sendmail may be what it is' \
	"$(grep -E '^NoNewPrivileges=|^User=' "$notify_service")"
# What hides processes hides who is at this machine.
point 'the service sees the processes of others' \
	"$(grep -E '^(ProtectProc|ProcSubset)=' "$service" "$gc_service")"

# A root of its own; without rights nobody can be given a file.
mkdir -p "$work/root/etc" "$work/root/var/lib" "$work/root/run"
echo 'root:x:0:0:root:/root:/bin/sh' >"$work/root/etc/passwd"
echo 'root:x:0:' >"$work/root/etc/group"
if [ "$(id -u)" = 0 ]; then
	point 'systemd-sysusers takes our users' "$(systemd-sysusers \
		--root="$work/root" "$sysusers" 2>&1 >/dev/null |
		grep -v '^Creating ')"
	sigra=$(sed -n 's/^sigra:[^:]*:\([0-9]*:[0-9]*\):.*/\1/p' \
		"$work/root/etc/passwd")
	point 'a system user without a shell' "$(grep -q \
		'^sigra:.*:/nonexistent:/usr/sbin/nologin$' \
		"$work/root/etc/passwd" || cat "$work/root/etc/passwd")"
	point 'and the group of servers' "$(grep -q '^sigra-service:' \
		"$work/root/etc/group" || cat "$work/root/etc/group")"
	point 'and the user that asks for SSH keys' "$(grep -q \
		'^sigra-keys:.*:/nonexistent:/usr/sbin/nologin$' \
		"$work/root/etc/passwd" || cat "$work/root/etc/passwd")"
	point 'and the group that may open keys' "$(grep -q '^sigra-fido:' \
		"$work/root/etc/group" || cat "$work/root/etc/group")"
	point 'systemd-tmpfiles makes our directories' "$(systemd-tmpfiles \
		--root="$work/root" --create "$tmpfiles" 2>&1)"
	have=$(cd "$work/root" && stat -c '%n %a %u:%g' run/sigra \
		run/sigra/touch var/lib/sigra 2>&1)
	point 'root has the socket, sigra alone the store' "$([ "$have" = \
		"run/sigra 755 0:0
run/sigra/touch 755 $sigra
var/lib/sigra 700 $sigra" ] || echo "$have")"
else
	point 'systemd-sysusers takes our users' "$(systemd-sysusers \
		--root="$work/root" --dry-run "$sysusers" 2>&1 |
		grep -iE 'fail|invalid|unknown')"
fi

echo "1..$n"
exit $bad
