/* SPDX-License-Identifier: MIT */
/* sigrad(8): the verifier behind pam_sigra(8). */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "sigrad/host.h"
#include "sigrad/worker.h"

#define EXIT_FAILED 1
#define EXIT_USAGE 2

static void
sigrad_write(int fd, const char *text)
{
	/* Nobody is left to tell when even this fails. */
	ssize_t n = write(fd, text, strlen(text));

	(void)n;
}

static int
sigrad_usage(int fd, int code)
{
	sigrad_write(fd, "usage: sigrad --once [--config FILE]\n"
			 "       sigrad --help | --version\n"
			 "Started by pam_sigra(8), with a socket as standard "
			 "input; see sigrad(8).\n");
	return code;
}

static int
sigrad_once(const char *config)
{
	struct fault f = { .text = "" };
	enum status st;

	st = host_reset(&f);
	openlog("sigrad", LOG_PID | LOG_NDELAY, LOG_AUTHPRIV);
	if (st == STATUS_OK)
		st = worker_serve(STDIN_FILENO, config, &f);
	if (st == STATUS_OK)
		return 0;
	syslog(LOG_ERR, "denied, status=%s: %s", status_name(st), f.text);
	return EXIT_FAILED;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "once", no_argument, NULL, 'o' },
		{ "config", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	const char *config = SIGRA_CONFIG;
	bool once = false;
	int c;

	/* getopt's own messages could go into a host's descriptor 2. */
	opterr = isatty(STDERR_FILENO);
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'o':
			once = true;
			break;
		case 'c':
			config = optarg;
			break;
		case 'h':
			return sigrad_usage(STDOUT_FILENO, 0);
		case 'V':
			sigrad_write(STDOUT_FILENO,
				     "sigrad " SIGRA_VERSION "\n");
			return 0;
		default:
			return sigrad_usage(STDERR_FILENO, EXIT_USAGE);
		}
	}
	if (!once || optind != argc)
		return sigrad_usage(STDERR_FILENO, EXIT_USAGE);
	return sigrad_once(config);
}
