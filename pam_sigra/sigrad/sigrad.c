/* SPDX-License-Identifier: MIT */
/* sigrad(8): the verifier behind pam_sigra(8). */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "sigrad/host.h"
#include "sigrad/listen.h"
#include "sigrad/master.h"
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
	sigrad_write(fd, "usage: sigrad [--config FILE]\n"
			 "       sigrad --once [--config FILE]\n"
			 "       sigrad --help | --version\n"
			 "Without --once it serves the socket of its "
			 "configuration; see sigrad(8).\n");
	return code;
}

/* Read the config as whoever we are, then become the store's owner. */
static enum status
sigrad_settle(const char *path, struct config *config, struct fault *f)
{
	enum status st = config_load(path, 0, config, f);
	uid_t uid;
	gid_t gid;

	if (st != STATUS_OK)
		return st;
	st = store_owner(config->store_where, &uid, &gid, f);
	if (st != STATUS_OK)
		return st;
	if (geteuid() == 0)
		touch_prepare(config->verifier_socket, uid, gid);
	return host_become(uid, gid, f);
}

/* Serve the peer of descriptor 0, which must be root. */
static enum status
sigrad_once(const char *path, struct fault *f)
{
	struct config config;
	struct peer peer;
	enum status st;
	WORKER(w);

	if ((st = worker_check_socket(STDIN_FILENO, f)) != STATUS_OK ||
	    (st = peer_uid(STDIN_FILENO, &peer.uid, f)) != STATUS_OK)
		return st;
	if (peer.uid != 0)
		return fault(f, STATUS_DENIED, "peer is uid %u, not root",
			     peer.uid);
	if ((st = sigrad_settle(path, &config, f)) != STATUS_OK ||
	    (st = worker_open(&w, &config, f)) != STATUS_OK ||
	    (st = worker_preload_if_needed(&w, f)) != STATUS_OK ||
	    (st = peer_identify(STDIN_FILENO, &config, &peer, f)) != STATUS_OK)
		return st;
	return worker_serve(&w, STDIN_FILENO, &peer, f);
}

/* As root the socket is made first, so that its clients see root's name. */
static enum status
sigrad_listen(const char *path, bool inherited, struct fault *f)
{
	struct config config;
	int fd = STDIN_FILENO;
	enum status st;

	if (inherited)
		st = worker_check_socket(fd, f);
	else if ((st = config_load(path, 0, &config, f)) == STATUS_OK)
		st = listen_make(config.verifier_socket, &fd, f);
	if (st == STATUS_OK)
		st = sigrad_settle(path, &config, f);
	if (st != STATUS_OK)
		return st;
	return master_run(fd, &config, f);
}

static int
sigrad_run(const char *config, bool once)
{
	bool inherited = !once && listen_inherited();
	struct fault f = { .text = "" };
	enum status st = inherited ? listen_keep(&f) : STATUS_OK;

	if (st == STATUS_OK)
		st = host_reset(once, &f);
	openlog("sigrad", LOG_PID | LOG_NDELAY | (once ? 0 : LOG_PERROR),
		LOG_AUTHPRIV);
	if (st == STATUS_OK)
		st = once ? sigrad_once(config, &f)
			  : sigrad_listen(config, inherited, &f);
	if (st == STATUS_OK)
		return 0;
	syslog(LOG_ERR, "%s, status=%s: %s", once ? "denied" : "stopped",
	       status_name(st), f.text);
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
	if (optind != argc)
		return sigrad_usage(STDERR_FILENO, EXIT_USAGE);
	return sigrad_run(config, once);
}
