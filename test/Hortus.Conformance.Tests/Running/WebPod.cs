using System.Globalization;

namespace Hortus.Conformance.Tests.Running;

/// <summary>A pod whose program answers: HTTP on port 8080 (what was asked; <c>/big?N</c> gives N bytes,
/// <c>/moved</c> sends elsewhere), and port 9000, which gives back what it gets until its client has finished.</summary>
public static class WebPod
{
    public const string Name = "web";
    public const int HttpPort = 8080;
    public const int EchoPort = 9000;

    private const string Program = """
        import http.server, socketserver, threading

        class Answer(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'
            def reply(self):
                body = self.rfile.read(int(self.headers.get('Content-Length') or 0))
                if self.path == '/moved':
                    self.send_response(302)
                    self.send_header('Location', '/elsewhere')
                    self.send_header('Content-Length', '0')
                    self.end_headers()
                    return
                if self.path.startswith('/big?'):
                    text = b'0123456789abcdef' * (int(self.path[5:]) // 16)
                else:
                    text = ('%s %s by %s with %d bytes' % (self.command, self.path, self.headers.get('X-Test'), len(body))
                        + ' for ' + str(self.headers.get('Authorization'))).encode()
                self.send_response(418 if self.path == '/teapot' else 200)
                self.send_header('Content-Type', 'text/x-test')
                self.send_header('X-Answer', 'yes')
                self.send_header('Content-Length', str(len(text)))
                self.end_headers()
                self.wfile.write(text)
            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = reply
            def log_message(self, *ignored):
                pass

        class Echo(socketserver.BaseRequestHandler):
            def handle(self):
                while True:
                    data = self.request.recv(65536)
                    if not data:
                        return
                    self.request.sendall(data)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            request_queue_size = 100

        threading.Thread(target=Server(('', 9000), Echo).serve_forever).start()
        Server(('', 8080), Answer).serve_forever()
        """;

    /// <summary>Starts the pod and a service for it, in a namespace of its own.</summary>
    /// <returns>The namespace.</returns>
    public static async Task<string> StartAsync(NodeServer server)
    {
        var space = await server.CreateNamespaceAsync();
        await server.ApplyAsync(space, string.Create(CultureInfo.InvariantCulture, $$"""
            apiVersion: v1
            kind: Service
            metadata: {name: {{Name}}}
            spec:
              selector: {app: {{Name}} }
              ports:
              - {name: http, port: 80, targetPort: {{HttpPort}} }
              - {name: echo, port: 81, targetPort: {{EchoPort}} }
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: {{Name}}, labels: {app: {{Name}} } }
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: main
                image: python
                args: ["-c", {{System.Text.Json.JsonSerializer.Serialize(Program)}}]
                ports: [{containerPort: {{HttpPort}} }]
                readinessProbe: {tcpSocket: {port: {{HttpPort}} }, periodSeconds: 1}
            """));
        await server.WaitForPodAsync(space, Name);
        return space;
    }
}
