/* SPDX-License-Identifier: MIT */
/*
 * sigra-post: one request from standard input, posted by HTTPS; on standard
 * output one line, the status of the answer or "error: " and why there is
 * none.  It runs as the store's owner, and can open neither store nor key.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "post/address.h"
#include "post/confine.h"
#include "post/request.h"

#define POST_CONNECT_SECONDS 10L
#define POST_ANSWER_MAX 65536

struct post {
	struct request_post request;
	size_t answered;  /* bytes */
	bool behind_door; /* an address was refused */
	CURL *curl;
	struct curl_slist *headers;
};

/* The address that is connected to, not one that was looked up before. */
static curl_socket_t
post_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct post *p = ctx;

	(void)purpose;
	if (!p->request.allow_private &&
	    !address_is_public(&a->addr, a->addrlen)) {
		p->behind_door = true;
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

/* What is answered is nobody's business, beyond its status. */
static size_t
post_answer(char *bytes, size_t size, size_t n, void *ctx)
{
	struct post *p = ctx;

	(void)bytes;
	p->answered += size * n;
	return p->answered > POST_ANSWER_MAX ? 0 : size * n;
}

static CURLcode
post_limits(struct post *p)
{
	CURL *c = p->curl;
	CURLcode e;

	if ((e = curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https")) != 0 ||
	    (e = curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L)) != 0 ||
	    (e = curl_easy_setopt(c, CURLOPT_PROXY, "")) != 0 ||
	    (e = curl_easy_setopt(c, CURLOPT_NETRC,
				  (long)CURL_NETRC_IGNORED)) != 0 ||
	    (e = curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L)) != 0 ||
	    (e = curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L)) != 0 ||
	    (e = curl_easy_setopt(c, CURLOPT_SSLVERSION,
				  (long)CURL_SSLVERSION_TLSv1_2)) != 0 ||
	    (e = curl_easy_setopt(c, CURLOPT_HTTP_VERSION,
				  (long)CURL_HTTP_VERSION_1_1)) != 0 ||
	    (e = curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L)) != 0 ||
	    (e = curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT,
				  POST_CONNECT_SECONDS)) != 0 ||
	    (e = curl_easy_setopt(c, CURLOPT_TIMEOUT,
				  (long)p->request.seconds)) != 0)
		return e;
	return p->request.ca == NULL
		       ? CURLE_OK
		       : curl_easy_setopt(c, CURLOPT_CAINFO, p->request.ca);
}

static CURLcode
post_content(struct post *p)
{
	CURL *c = p->curl;
	CURLcode e;

	if ((e = curl_easy_setopt(c, CURLOPT_URL, p->request.url)) != 0 ||
	    (e = curl_easy_setopt(c, CURLOPT_POST, 1L)) != 0 ||
	    (e = curl_easy_setopt(c, CURLOPT_POSTFIELDS, p->request.body)) !=
		    0 ||
	    (e = curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE,
				  (long)p->request.body_len)) != 0 ||
	    (e = curl_easy_setopt(c, CURLOPT_HTTPHEADER, p->headers)) != 0 ||
	    (e = curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, post_answer)) !=
		    0 ||
	    (e = curl_easy_setopt(c, CURLOPT_WRITEDATA, p)) != 0 ||
	    (e = curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION,
				  post_socket)) != 0)
		return e;
	return curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, p);
}

static bool
post_headers(struct post *p)
{
	/* Not to wait for a go-ahead. */
	struct curl_slist *all = curl_slist_append(NULL, "Expect:");

	for (size_t i = 0; all != NULL && i < p->request.headers; i++) {
		struct curl_slist *more =
			curl_slist_append(all, p->request.header[i]);

		if (more == NULL) {
			curl_slist_free_all(all);
			return false;
		}
		all = more;
	}
	p->headers = all;
	return all != NULL;
}

/* *CODE: of the answer. */
static enum status
post_perform(struct post *p, long *code, struct fault *f)
{
	char why[CURL_ERROR_SIZE] = "";
	long got = 0;
	CURLcode e;

	if (!post_headers(p) || (p->curl = curl_easy_init()) == NULL)
		return fault(f, STATUS_SYSTEM, "libcurl cannot be used");
	if ((e = curl_easy_setopt(p->curl, CURLOPT_ERRORBUFFER, why)) != 0 ||
	    (e = post_limits(p)) != 0 || (e = post_content(p)) != 0)
		return fault(f, STATUS_SYSTEM, "libcurl: %s",
			     curl_easy_strerror(e));
	e = curl_easy_perform(p->curl);
	(void)curl_easy_getinfo(p->curl, CURLINFO_RESPONSE_CODE, &got);
	/* An answer that is too long was heard far enough. */
	if (e == CURLE_OK || (e == CURLE_WRITE_ERROR && got != 0)) {
		*code = got;
		return STATUS_OK;
	}
	if (p->behind_door)
		return fault(f, STATUS_REFUSED,
			     "it has an address of a private network, which "
			     "only --allow-private permits");
	return fault(f, STATUS_UNAVAILABLE, "%s",
		     why[0] != '\0' ? why : curl_easy_strerror(e));
}

static enum status
post_run(struct post *p, long *code, struct fault *f)
{
	static char text[REQUEST_MAX + 1];
	enum status st;
	size_t len;

	if ((st = confine_process(f)) != STATUS_OK ||
	    (st = file_read(STDIN_FILENO, text, REQUEST_MAX, &len, f)) !=
		    STATUS_OK)
		return st;
	text[len] = '\0';
	if ((st = request_parse(text, len, &p->request, f)) != STATUS_OK ||
	    (st = confine_files(p->request.ca, f)) != STATUS_OK)
		return st;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		return fault(f, STATUS_SYSTEM, "libcurl cannot be used");
	st = post_perform(p, code, f);
	curl_easy_cleanup(p->curl);
	curl_slist_free_all(p->headers);
	curl_global_cleanup();
	return st;
}

int
main(void)
{
	static struct post p;
	struct fault f = { .text = "" };
	long code = 0;
	int n;

	if (post_run(&p, &code, &f) == STATUS_OK)
		n = printf("%ld\n", code);
	else
		n = printf("error: %s\n", f.text);
	/* Nothing is left to be done; what a leak checker would need is out of
	 * reach. */
	_exit(n > 0 && fflush(stdout) == 0 ? 0 : 1);
}
