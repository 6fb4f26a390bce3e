/* SPDX-License-Identifier: MIT */
/*
 * What a caller wants, and the facts it gives about itself.  Only a peer of
 * uid 0 is believed in anything but its own uid.  Every string is from
 * outside: bounded, NUL-terminated, otherwise hostile.
 */
#ifndef BASE_REQUEST_H
#define BASE_REQUEST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/id.h"

#define USER_MAX 256 /* bytes of a name that is looked up at all */

enum request_phase {
	PHASE_AUTH = 1,	       /* pam_sm_authenticate */
	PHASE_ACCOUNT,	       /* pam_sm_acct_mgmt */
	PHASE_PASSWORD_PRELIM, /* pam_sm_chauthtok, PAM_PRELIM_CHECK */
	PHASE_PASSWORD_UPDATE, /* pam_sm_chauthtok, PAM_UPDATE_AUTHTOK */
	PHASE_SESSION_OPEN,    /* pam_sm_open_session */
	PHASE_SESSION_CLOSE,   /* pam_sm_close_session */
	PHASE_ACCEPT = 8,      /* sigractl invite accept: prove who you are,
				  then give the code of an invitation */
	PHASE_ENROLL = 7,      /* sigractl enroll: prove who you are, then
				  add a one-time code device of your own */
};

enum request_flag {
	REQUEST_SILENT = 1 << 0,	 /* PAM_SILENT */
	REQUEST_DISALLOW_NULL = 1 << 1,	 /* PAM_DISALLOW_NULL_AUTHTOK */
	REQUEST_CHANGE_EXPIRED = 1 << 2, /* PAM_CHANGE_EXPIRED_AUTHTOK */
	REQUEST_ASCII = 1 << 3,	 /* whoever reads the prompts has no UTF-8 */
	REQUEST_AGENT = 1 << 4,	 /* the person has an SSH agent at hand
				    (SSH_AUTH_SOCK of the host) */
	REQUEST_PERSON = 1 << 5, /* this system has an account of the name, and
				    that is a person's; of root's callers */
};

/* A process, for good: the number and the start time (/proc/PID/stat 22). */
struct request_process {
	pid_t pid; /* 0: none */
	uint64_t start;
};
#define REQUEST_ANCESTORS_MAX 16

struct request {
	enum request_phase phase;
	uint32_t flags;		  /* enum request_flag */
	char user[USER_MAX + 1];  /* PAM_USER */
	char service[65];	  /* PAM_SERVICE */
	char tty[65];		  /* PAM_TTY */
	char rhost[256];	  /* PAM_RHOST: an address, or a name */
	char ruser[USER_MAX + 1]; /* PAM_RUSER */
	char ssh_connection[192]; /* SSH_CONNECTION of the PAM environment */
	char ssh_auth_info[1025]; /* SSH_AUTH_INFO_0 likewise */
	uid_t ruid;		  /* real uid of the calling person */
	pid_t pid;		  /* the host process */
	uint64_t pid_start;	  /* its start time, /proc/PID/stat 22 */
	struct request_process leader; /* of the host's session, getsid(2) */
	uint8_t ancestors;	       /* how many of ancestor[] are known */
	struct request_process ancestor[REQUEST_ANCESTORS_MAX]; /* the host's
				  parent first; ends where one is unknown */
	char logind[65];   /* open: XDG_SESSION_ID of the PAM environment */
	struct id login;   /* handed over: the login that was proved */
	struct id session; /* close: the session row to end */
};

#endif
