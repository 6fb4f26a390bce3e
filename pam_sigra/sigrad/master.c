/* SPDX-License-Identifier: MIT */
#include "sigrad/master.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "sigrad/peer.h"
#include "sigrad/pool.h"
#include "sigrad/rate.h"

#define MASTER_WAITING_MAX 64
#define MASTER_WAIT_SECONDS 10 /* then a waiting connection is closed */
#define MASTER_RETRY_SECONDS 1 /* after a worker that could not start */

struct master_waiting {
	int fd;
	uid_t uid;
	int64_t since;
};

struct master {
	int listen_fd, signal_fd, keeper;
	struct pool pool;
	size_t waiting;
	struct master_waiting queue[MASTER_WAITING_MAX];
	int64_t retry_at;   /* no new worker before */
	int64_t accept_at;  /* no new connection before */
	bool serves;	    /* there is a group of servers: */
	gid_t service;	    /* theirs */
	bool has_keys;	    /* there is a user that asks for SSH keys: */
	uid_t keys;	    /* that one */
	struct rate rate;   /* of all others but root */
	size_t refused;	    /* since the last line about it */
	int64_t refused_at; /* when that was */
	bool stopping;
};

static int64_t
master_milliseconds(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t
master_now(void)
{
	return master_milliseconds() / 1000;
}

static size_t
master_queued(const struct master *m, uid_t uid)
{
	size_t n = 0;

	for (size_t i = 0; i < m->waiting; i++)
		n += m->queue[i].uid == uid;
	return n;
}

/* sshd's, which asks once for each key that anybody offers to it; what it asks
 * is answered at once. */
static bool
master_is_keys(const struct master *m, uid_t uid)
{
	return m->has_keys && uid == m->keys;
}

/* How many connections one uid may have served at a time, or wait. */
static size_t
master_per_uid(const struct master *m, uid_t uid)
{
	return master_is_keys(m, uid)
		       ? MASTER_WAITING_MAX
		       : (size_t)m->pool.config->verifier_per_uid;
}

/*
 * A quarter of the queue is for root alone and a quarter for the others alone:
 * anybody's su is root here, and root has --once besides.  No other uid has
 * much of it.
 */
static bool
master_admits(const struct master *m, uid_t uid)
{
	size_t roots = master_queued(m, 0), most = MASTER_WAITING_MAX * 3 / 4;

	if (m->waiting == MASTER_WAITING_MAX)
		return false;
	if (uid == 0)
		return roots < most;
	return master_queued(m, uid) < master_per_uid(m, uid) &&
	       m->waiting - roots < most;
}

/* Each connection may be a row of the audit for ever, and a loop of them
 * takes no privilege.  A server has as many as people log in to it. */
static bool
master_affords(struct master *m, int fd, uid_t uid)
{
	return uid == 0 || master_is_keys(m, uid) ||
	       (m->serves && peer_has_gid(fd, m->service)) ||
	       rate_take(&m->rate, uid, master_milliseconds());
}

/*
 * Of the workers, too, a quarter is for each alone.  Whoever has as many as it
 * may have waits: the last one may be about to end, its verdict sent.
 */
static bool
master_may_start(const struct master *m, uid_t uid)
{
	size_t workers = (size_t)m->pool.config->verifier_workers;
	size_t mine = 0, busy = 0, roots = 0, most = workers - workers / 4;

	for (size_t i = 0; i < m->pool.n; i++) {
		const struct pool_worker *w = &m->pool.worker[i];

		if (w->state == POOL_BUSY) {
			mine += w->uid == uid;
			roots += w->uid == 0;
			busy++;
		}
	}
	if (uid == 0)
		return roots < most;
	return mine < master_per_uid(m, uid) && busy - roots < most;
}

/* A flood of connections is no flood of lines. */
static void
master_refused(struct master *m, uid_t uid)
{
	m->refused++;
	if (master_now() == m->refused_at)
		return;
	syslog(LOG_WARNING,
	       "too many connections: %zu refused, the last of uid %u",
	       m->refused, uid);
	m->refused = 0;
	m->refused_at = master_now();
}

static void
master_accept(struct master *m)
{
	AUTO_FD int fd = accept4(m->listen_fd, NULL, NULL, SOCK_CLOEXEC);
	struct fault f;
	uid_t uid;

	/* Out of descriptors or memory: asking again at once would spin. */
	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
		       errno == ENOBUFS))
		m->accept_at = master_now() + MASTER_RETRY_SECONDS;
	if (fd < 0 || peer_uid(fd, &uid, &f) != STATUS_OK)
		return;
	if (!master_affords(m, fd, uid) || !master_admits(m, uid)) {
		master_refused(m, uid);
		return;
	}
	m->queue[m->waiting++] = (struct master_waiting){
		.fd = steal_fd(&fd), .uid = uid, .since = master_now()
	};
}

static void
master_unqueue(struct master *m, size_t i)
{
	m->waiting--;
	for (; i < m->waiting; i++)
		m->queue[i] = m->queue[i + 1];
}

/* Who has waited too long has somebody else to ask by now, or nobody. */
static void
master_expire(struct master *m)
{
	while (m->waiting > 0 &&
	       (m->stopping ||
		master_now() - m->queue[0].since >= MASTER_WAIT_SECONDS)) {
		(void)close(m->queue[0].fd);
		master_unqueue(m, 0);
	}
}

/* Root first, then in the order of arrival; m->waiting: nobody may now. */
static size_t
master_next(const struct master *m)
{
	for (size_t i = 0; i < m->waiting; i++)
		if (m->queue[i].uid == 0)
			return i;
	for (size_t i = 0; i < m->waiting; i++)
		if (master_may_start(m, m->queue[i].uid))
			return i;
	return m->waiting;
}

static void
master_hand_out(struct master *m)
{
	for (size_t i = 0; i < m->pool.n;) {
		size_t who = master_next(m);

		if (who == m->waiting)
			return;
		if (m->pool.worker[i].state != POOL_SPARE) {
			i++;
		} else if (pool_give(&m->pool, i, m->queue[who].fd,
				     m->queue[who].uid)) {
			master_unqueue(m, who);
			i++;
		}
	}
}

/* How many of those who wait could start, if there were a worker each. */
static size_t
master_ready(const struct master *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->waiting; i++)
		n += master_may_start(m, m->queue[i].uid);
	return n;
}

static void
master_refill(struct master *m)
{
	size_t want = (size_t)m->pool.config->verifier_spare + master_ready(m);
	struct fault f;

	if (m->stopping || master_now() < m->retry_at)
		return;
	while (pool_count(&m->pool, POOL_STARTING) +
			       pool_count(&m->pool, POOL_SPARE) <
		       want &&
	       m->pool.n < (size_t)m->pool.config->verifier_workers) {
		if (pool_fork(&m->pool, &f) == STATUS_OK)
			continue;
		syslog(LOG_ERR, "%s", f.text);
		m->retry_at = master_now() + MASTER_RETRY_SECONDS;
		return;
	}
}

/* It serves nobody; killed, it is replaced. */
static void
master_keep(struct master *m)
{
	struct fault f;

	if (m->stopping || m->keeper >= 0 || master_now() < m->retry_at)
		return;
	if (pool_fork_keeper(&m->pool, &m->keeper, &f) == STATUS_OK)
		return;
	syslog(LOG_ERR, "%s", f.text);
	m->retry_at = master_now() + MASTER_RETRY_SECONDS;
}

static void
master_hear_keeper(struct master *m)
{
	(void)close(m->keeper);
	m->keeper = -1;
	m->retry_at = master_now() + MASTER_RETRY_SECONDS;
}

static void
master_hear(struct master *m, const struct pollfd *fds, size_t n)
{
	/* From the end, because one that is gone is replaced by the last. */
	for (size_t i = n; i-- > 0;) {
		bool failed;

		if (fds[i].revents == 0)
			continue;
		if (!pool_heard(&m->pool, i, &failed) && failed)
			m->retry_at = master_now() + MASTER_RETRY_SECONDS;
	}
}

static void
master_signal(struct master *m)
{
	struct signalfd_siginfo info;

	if (read(m->signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (m->stopping)
		_exit(0);
	m->stopping = true;
	syslog(LOG_INFO, "stopping, %zu logins under way",
	       pool_count(&m->pool, POOL_BUSY));
	(void)close(m->listen_fd);
	m->listen_fd = -1;
	pool_dismiss(&m->pool);
}

static bool
master_listens(const struct master *m)
{
	return m->waiting < MASTER_WAITING_MAX && master_now() >= m->accept_at;
}

/* Milliseconds until something is due that no descriptor tells of. */
static int
master_patience(const struct master *m)
{
	return m->waiting > 0 || m->retry_at > master_now() ||
			       m->accept_at > master_now()
		       ? 1000
		       : -1;
}

/* One round: wait, hear, accept, hand out, refill. */
static enum status
master_turn(struct master *m, struct fault *f)
{
	struct pollfd fds[POOL_MAX + 3];
	size_t n = m->pool.n;

	fds[0] = (struct pollfd){ .fd = m->signal_fd, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = master_listens(m) ? m->listen_fd : -1,
				  .events = POLLIN };
	fds[2] = (struct pollfd){ .fd = m->keeper, .events = POLLIN };
	for (size_t i = 0; i < n; i++)
		fds[3 + i] = (struct pollfd){ .fd = m->pool.worker[i].control,
					      .events = POLLIN };
	if (poll(fds, 3 + n, master_patience(m)) < 0) {
		if (errno == EINTR)
			return STATUS_OK;
		return fault_errno(f, errno, "cannot wait");
	}
	master_hear(m, fds + 3, n);
	if (fds[2].revents != 0)
		master_hear_keeper(m);
	if (fds[0].revents != 0)
		master_signal(m);
	if (fds[1].revents != 0 && m->listen_fd >= 0)
		master_accept(m);
	master_expire(m);
	master_hand_out(m);
	master_keep(m);
	master_refill(m);
	return STATUS_OK;
}

static enum status
master_signals(struct master *m, struct fault *f)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t mine;

	/* Children are reaped by the kernel; their sockets tell of them. */
	if (sigaction(SIGCHLD, &ignore, NULL) != 0 ||
	    sigemptyset(&mine) != 0 || sigaddset(&mine, SIGTERM) != 0 ||
	    sigaddset(&mine, SIGINT) != 0 ||
	    sigprocmask(SIG_BLOCK, &mine, NULL) != 0)
		return fault_errno(f, errno, "cannot set up signals");
	m->signal_fd = signalfd(-1, &mine, SFD_CLOEXEC | SFD_NONBLOCK);
	if (m->signal_fd < 0)
		return fault_errno(f, errno, "cannot set up signals");
	return STATUS_OK;
}

/* Asked for once: a name service that hangs must not hang those who come. */
static void
master_service(struct master *m)
{
	const struct group *gr = getgrnam(m->pool.config->service_group);

	const struct passwd *pw = getpwnam(m->pool.config->service_keys);

	/* Root needs no leave, and is not to be held to be anybody's. */
	m->has_keys = pw != NULL && pw->pw_uid != 0;
	if (pw != NULL)
		m->keys = pw->pw_uid;
	m->serves = gr != NULL;
	if (gr != NULL)
		m->service = gr->gr_gid;
	m->rate.per_minute = m->pool.config->verifier_per_uid_minute;
}

enum status
master_run(int listen_fd, const struct config *config, struct fault *f)
{
	struct master m = { .listen_fd = listen_fd,
			    .keeper = -1,
			    .pool = { .config = config } };
	enum status st;

	if ((st = master_signals(&m, f)) != STATUS_OK)
		return st;
	master_service(&m);
	master_keep(&m);
	master_refill(&m);
	do
		st = master_turn(&m, f);
	while (st == STATUS_OK && !(m.stopping && m.pool.n == 0));
	return st;
}
