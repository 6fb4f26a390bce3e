/* SPDX-License-Identifier: MIT */
#include "module/verdict.h"

#include <security/pam_modules.h>

/* Outside, every refusal of a login looks the same; only a fault differs. */
static int
verdict_deny_auth(enum wire_reason reason)
{
	return reason == WIRE_REASON_UNAVAILABLE ? PAM_AUTHINFO_UNAVAIL
						 : PAM_AUTH_ERR;
}

static int
verdict_unavailable(enum request_phase phase)
{
	switch (phase) {
	case PHASE_AUTH:
	case PHASE_ACCOUNT:
		return PAM_AUTHINFO_UNAVAIL;
	case PHASE_PASSWORD_PRELIM:
	case PHASE_PASSWORD_UPDATE:
		return PAM_AUTHTOK_ERR;
	case PHASE_SESSION_OPEN:
	case PHASE_SESSION_CLOSE:
		return PAM_SESSION_ERR;
	case PHASE_ENROLL: /* no phases of PAM's */
	case PHASE_ACCEPT:
		break;
	}
	return PAM_SERVICE_ERR;
}

static int
verdict_deny(enum request_phase phase, enum wire_reason reason)
{
	if (phase == PHASE_AUTH)
		return verdict_deny_auth(reason);
	switch (reason) {
	case WIRE_REASON_WRONG:
		return PAM_AUTH_ERR;
	case WIRE_REASON_NONE:
	case WIRE_REASON_REFUSED:
		return PAM_PERM_DENIED;
	case WIRE_REASON_EXPIRED:
		return PAM_ACCT_EXPIRED;
	case WIRE_REASON_CANCELLED:
		return PAM_CONV_ERR;
	case WIRE_REASON_BAD_PASSWORD:
		return PAM_AUTHTOK_ERR;
	case WIRE_REASON_UNAVAILABLE:
		return verdict_unavailable(phase);
	}
	return PAM_PERM_DENIED;
}

int
verdict_code(enum request_phase phase, const struct wire_verdict *v)
{
	if (v->step == WIRE_ALLOW)
		return PAM_SUCCESS;
	if (v->step == WIRE_ABSTAIN)
		return PAM_IGNORE;
	if (v->step == WIRE_RENEW && phase == PHASE_ACCOUNT)
		return PAM_NEW_AUTHTOK_REQD;
	if (v->step == WIRE_RENEW)
		return verdict_unavailable(phase);
	return verdict_deny(phase, v->reason);
}

int
verdict_misconfigured(void)
{
	return PAM_SERVICE_ERR;
}
