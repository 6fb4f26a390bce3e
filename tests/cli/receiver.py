# SPDX-License-Identifier: MIT
"""A CA of the test's own, and HTTPS receivers on loopback."""
import http.server
import ssl
import subprocess
import threading


def openssl(where, *words, data=b''):
    subprocess.run(['openssl'] + list(words), cwd=where, input=data,
                   check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def certify(where, name, host='IP:127.0.0.1'):
    """NAME-ca.pem, and NAME.pem with NAME.key for HOST, signed by it."""
    openssl(where, 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
            'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj',
            '/CN=' + name, '-keyout', name + '-ca.key', '-out',
            name + '-ca.pem')
    openssl(where, 'req', '-newkey', 'ec', '-pkeyopt',
            'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=receiver',
            '-keyout', name + '.key', '-out', name + '.csr')
    with open('%s/%s.ext' % (where, name), 'w', encoding='ascii') as f:
        f.write('subjectAltName=' + host + '\n')
    openssl(where, 'x509', '-req', '-in', name + '.csr', '-CA',
            name + '-ca.pem', '-CAkey', name + '-ca.key', '-CAcreateserial',
            '-days', '2', '-extfile', name + '.ext', '-out', name + '.pem')


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        seen = self.server.seen
        body = self.rfile.read(int(self.headers['Content-Length']))
        seen.append((self.path, dict(self.headers), body))
        if self.path == '/hang':
            self.server.ended.wait()
            return
        status = {'/fail': 500, '/redirect': 307}.get(self.path, 200)
        if self.path == '/moody':
            status = self.server.mood
        self.send_response(status)
        if self.path == '/redirect':
            self.send_header('Location', '/landed')
        self.end_headers()
        try:
            self.wfile.write(b'x' * (8 << 20 if self.path == '/big' else 2))
        except OSError:
            pass

    def log_message(self, *_):
        pass


class Receiver(http.server.ThreadingHTTPServer):
    """What it was sent is in seen: (path, headers, body)."""
    daemon_threads = True

    def __init__(self, where, name):
        super().__init__(('127.0.0.1', 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain('%s/%s.pem' % (where, name),
                                '%s/%s.key' % (where, name))
        self.socket = context.wrap_socket(self.socket, server_side=True,
                                          do_handshake_on_connect=False)
        self.seen, self.mood, self.ended = [], 200, threading.Event()
        self.url = 'https://127.0.0.1:%d' % self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass

    def end(self):
        self.ended.set()
        self.shutdown()
        self.server_close()
