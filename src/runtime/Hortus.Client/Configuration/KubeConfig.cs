namespace Hortus.Client;

/// <summary>A kubeconfig: named clusters, users and the contexts that join them. Secrets inside: never log
/// it.</summary>
public sealed record KubeConfig
{
    public IReadOnlyList<KubeConfigCluster> Clusters { get; init; } = [];

    public IReadOnlyList<KubeConfigUser> Users { get; init; } = [];

    public IReadOnlyList<KubeConfigContext> Contexts { get; init; } = [];

    public string? CurrentContext { get; init; }

    /// <summary>Reads a kubeconfig. Relative paths inside it are taken from <paramref name="folder"/> (null: left as
    /// they are).</summary>
    /// <exception cref="KubeConfigException">The text is not YAML or a field has the wrong form.</exception>
    public static KubeConfig Parse(string yaml, string? folder) => KubeConfigReader.Parse(yaml, folder);

    /// <summary>Reads a kubeconfig file.</summary>
    /// <exception cref="KubeConfigException">The file cannot be read or is no kubeconfig.</exception>
    public static KubeConfig Load(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), Path.GetDirectoryName(Path.GetFullPath(path)));
        }
        catch (KubeConfigException e)
        {
            throw new KubeConfigException($"{path}: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubeConfigException($"cannot read kubeconfig {path}: {e.Message}", e);
        }
    }

    /// <summary>Joins several files as kubectl does: the first file that names a cluster, user, context or current
    /// context wins; files that do not exist are passed over.</summary>
    /// <param name="paths">The value of <c>KUBECONFIG</c>: paths joined by the platform's path separator.</param>
    public static KubeConfig LoadMerged(string paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var merged = new KubeConfig();
        foreach (var path in paths.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Where(File.Exists))
        {
            merged = merged.MergedWith(Load(path));
        }

        return merged;
    }

    /// <summary>A config with one context whose user presents a bearer token.</summary>
    public static KubeConfig ForToken(
        string name, string server, string? caPem, string token, string? @namespace = null) =>
        Single(name, server, caPem, new KubeConfigUser { Name = name, Token = token }, @namespace);

    /// <summary>A config with one context whose user presents the token of a file, read again as it changes.</summary>
    public static KubeConfig ForTokenFile(
        string name, string server, string? caPem, string tokenFile, string? @namespace = null) =>
        Single(name, server, caPem, new KubeConfigUser { Name = name, TokenFile = tokenFile }, @namespace);

    /// <summary>A config with one context whose user presents a client certificate.</summary>
    public static KubeConfig ForClientCertificate(
        string name, string server, string? caPem, string certificatePem, string privateKeyPem) =>
        Single(
            name,
            server,
            caPem,
            new KubeConfigUser { Name = name, ClientCertificatePem = certificatePem, ClientKeyPem = privateKeyPem },
            null);

    /// <summary>The server, trust and identity of a context (null: the current one).</summary>
    /// <exception cref="KubeConfigException">The context, or what it refers to, is missing or unusable.</exception>
    public ClientConnection Connect(string? context = null)
    {
        var name = context ?? CurrentContext;
        if (string.IsNullOrEmpty(name))
        {
            throw new KubeConfigException("kubeconfig has no current-context: set one or name a context");
        }

        var chosen = Contexts.FirstOrDefault(c => c.Name == name)
            ?? throw new KubeConfigException($"kubeconfig has no context \"{name}\"");
        var cluster = Clusters.FirstOrDefault(c => c.Name == chosen.Cluster)
            ?? throw new KubeConfigException(
                $"kubeconfig context \"{name}\" names cluster \"{chosen.Cluster}\", which is missing");
        var user = Users.FirstOrDefault(u => u.Name == chosen.User) ?? (string.IsNullOrEmpty(chosen.User)
            ? new KubeConfigUser { Name = "" }
            : throw new KubeConfigException(
                $"kubeconfig context \"{name}\" names user \"{chosen.User}\", which is missing"));
        return ClientConnection.From(cluster, user, chosen.Namespace);
    }

    /// <summary>Writes the config as YAML. Certificates and keys read from files are written as data.</summary>
    public string ToYaml() => KubeConfigWriter.Write(this);

    public override string ToString() => nameof(KubeConfig);

    internal KubeConfig MergedWith(KubeConfig later) => new()
    {
        Clusters = [.. Clusters.Concat(later.Clusters).DistinctBy(c => c.Name)],
        Users = [.. Users.Concat(later.Users).DistinctBy(u => u.Name)],
        Contexts = [.. Contexts.Concat(later.Contexts).DistinctBy(c => c.Name)],
        CurrentContext = string.IsNullOrEmpty(CurrentContext) ? later.CurrentContext : CurrentContext,
    };

    private static KubeConfig Single(
        string name, string server, string? caPem, KubeConfigUser user, string? @namespace) => new()
        {
            Clusters = [new KubeConfigCluster { Name = name, Server = server, CertificateAuthorityPem = caPem }],
            Users = [user],
            Contexts = [new KubeConfigContext { Name = name, Cluster = name, User = user.Name, Namespace = @namespace }],
            CurrentContext = name,
        };
}

/// <summary>Where an API server is and how to trust it.</summary>
public sealed record KubeConfigCluster
{
    public required string Name { get; init; }

    /// <summary>URL of the server.</summary>
    public string Server { get; init; } = "";

    /// <summary>PEM bundle that signs the server's certificate; null means the system's authorities.</summary>
    public string? CertificateAuthorityPem { get; init; }

    /// <summary>File with that bundle; read when connecting.</summary>
    public string? CertificateAuthorityFile { get; init; }

    public bool InsecureSkipTlsVerify { get; init; }

    /// <summary>Name expected in the server's certificate instead of the URL's host.</summary>
    public string? TlsServerName { get; init; }
}

/// <summary>Who the client is. Null fields are not used.</summary>
public sealed record KubeConfigUser
{
    public required string Name { get; init; }

    public string? ClientCertificatePem { get; init; }

    public string? ClientCertificateFile { get; init; }

    public string? ClientKeyPem { get; init; }

    public string? ClientKeyFile { get; init; }

    public string? Token { get; init; }

    /// <summary>File with a bearer token, read again when it changes; takes precedence over
    /// <see cref="Token"/>.</summary>
    public string? TokenFile { get; init; }

    public string? Username { get; init; }

    public string? Password { get; init; }

    /// <summary>Name of the exec or auth-provider plug-in the file asks for. Not supported: connecting is
    /// refused.</summary>
    public string? Plugin { get; init; }

    public override string ToString() => $"{nameof(KubeConfigUser)} {Name}";
}

/// <summary>Joins a cluster and a user.</summary>
public sealed record KubeConfigContext
{
    public required string Name { get; init; }

    public string Cluster { get; init; } = "";

    public string User { get; init; } = "";

    /// <summary>Namespace for commands that name none.</summary>
    public string? Namespace { get; init; }
}

/// <summary>A kubeconfig is unusable; the message says which part and why.</summary>
public sealed class KubeConfigException(string message, Exception? inner = null) : Exception(message, inner);
