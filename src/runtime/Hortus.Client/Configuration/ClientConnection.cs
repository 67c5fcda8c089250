namespace Hortus.Client;

/// <summary>Everything needed to reach one API server: address, trust and identity. Holds secrets: never log
/// it.</summary>
public sealed record ClientConnection
{
    private const string ServiceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>Base URL of the server.</summary>
    public required Uri Server { get; init; }

    /// <summary>PEM bundle that must sign the server's certificate; null means the system's authorities.</summary>
    public string? CertificateAuthorityPem { get; init; }

    /// <summary>Accept any server certificate. For tests of foreign clusters only.</summary>
    public bool InsecureSkipTlsVerify { get; init; }

    /// <summary>Name expected in the server's certificate; null means the host of <see cref="Server"/>.</summary>
    public string? TlsServerName { get; init; }

    public string? ClientCertificatePem { get; init; }

    public string? ClientKeyPem { get; init; }

    public string? Token { get; init; }

    /// <summary>File with a bearer token, read again when it changes; takes precedence over
    /// <see cref="Token"/>.</summary>
    public string? TokenFile { get; init; }

    public string? Username { get; init; }

    public string? Password { get; init; }

    /// <summary>Namespace of the context or of the pod; null when there is none.</summary>
    public string? Namespace { get; init; }

    /// <summary>
    /// Finds the connection as kubectl and controllers do: the given kubeconfig file; else <c>KUBECONFIG</c>; else the
    /// pod's service account; else <c>~/.kube/config</c>.
    /// </summary>
    /// <exception cref="KubeConfigException">Nothing usable was found.</exception>
    public static ClientConnection Find(string? kubeconfig, string? context = null)
    {
        if (!string.IsNullOrEmpty(kubeconfig))
        {
            return KubeConfig.Load(kubeconfig).Connect(context);
        }

        if (Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 } paths)
        {
            return KubeConfig.LoadMerged(paths).Connect(context);
        }

        if (context is null && IsInCluster)
        {
            return InCluster();
        }

        var home = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config");
        return File.Exists(home)
            ? KubeConfig.Load(home).Connect(context)
            : throw new KubeConfigException(
                $"no API server configured: give --kubeconfig, set KUBECONFIG, run in a pod, or create {home}");
    }

    /// <summary>Whether this process runs in a pod with a service account token.</summary>
    public static bool IsInCluster =>
        Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST") is { Length: > 0 } &&
        File.Exists(Path.Combine(ServiceAccountFolder, "token"));

    /// <summary>The connection of the pod's service account.</summary>
    /// <exception cref="KubeConfigException">This process does not run in a pod with a service account
    /// token.</exception>
    public static ClientConnection InCluster()
    {
        if (!IsInCluster)
        {
            throw new KubeConfigException(
                $"not in a pod: KUBERNETES_SERVICE_HOST or {ServiceAccountFolder}/token is missing");
        }

        var host = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST")!;
        var port = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT") is { Length: > 0 } p ? p : "443";
        var ca = Path.Combine(ServiceAccountFolder, "ca.crt");
        var @namespace = Path.Combine(ServiceAccountFolder, "namespace");
        return new ClientConnection
        {
            Server = new Uri($"https://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}"),
            CertificateAuthorityPem = File.Exists(ca) ? File.ReadAllText(ca) : null,
            TokenFile = Path.Combine(ServiceAccountFolder, "token"),
            Namespace = File.Exists(@namespace) ? File.ReadAllText(@namespace).Trim() : null,
        };
    }

    public override string ToString() => $"{nameof(ClientConnection)} {Server}";

    internal static ClientConnection From(KubeConfigCluster cluster, KubeConfigUser user, string? @namespace)
    {
        if (user.Plugin is { } plugin)
        {
            throw new KubeConfigException(
                $"kubeconfig user \"{user.Name}\" asks for the plug-in \"{plugin}\", which is not supported: " +
                "use a token, a token file or a client certificate");
        }

        if (!Uri.TryCreate(cluster.Server, UriKind.Absolute, out var server) ||
            server.Scheme is not ("https" or "http"))
        {
            throw new KubeConfigException(
                $"kubeconfig cluster \"{cluster.Name}\": server \"{cluster.Server}\" is not an http(s) URL");
        }

        var connection = new ClientConnection
        {
            Server = server,
            CertificateAuthorityPem = cluster.CertificateAuthorityPem ?? Read(cluster.CertificateAuthorityFile),
            InsecureSkipTlsVerify = cluster.InsecureSkipTlsVerify,
            TlsServerName = cluster.TlsServerName,
            ClientCertificatePem = user.ClientCertificatePem ?? Read(user.ClientCertificateFile),
            ClientKeyPem = user.ClientKeyPem ?? Read(user.ClientKeyFile),
            Token = user.Token,
            TokenFile = user.TokenFile,
            Username = user.Username,
            Password = user.Password,
            Namespace = @namespace,
        };
        return (connection.ClientCertificatePem is null) == (connection.ClientKeyPem is null)
            ? connection
            : throw new KubeConfigException(
                $"kubeconfig user \"{user.Name}\": a client certificate needs both client-certificate and client-key");
    }

    private static string? Read(string? path)
    {
        try
        {
            return path is null ? null : File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubeConfigException($"kubeconfig refers to {path}, which cannot be read: {e.Message}", e);
        }
    }
}
