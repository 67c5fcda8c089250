using Hortus.Client;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;

namespace Hortus.Kubelet.Certificates;

/// <summary>The node's own kubeconfig: made by the bootstrap, renewed before its certificate ends.</summary>
internal sealed class ClientIdentity(KubeletOptions options, CertificateRequests requests, TimeProvider time)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The connection to use; asks for a certificate when there is none yet.</summary>
    public async Task<ClientConnection> EnsureAsync(CancellationToken cancellationToken)
    {
        var path = options.Kubeconfig!;
        if (!File.Exists(path) && options.BootstrapKubeconfig is { } bootstrap)
        {
            await RequestAsync(KubeConfig.Load(bootstrap).Connect(), cancellationToken);
        }

        return KubeConfig.Load(path).Connect();
    }

    /// <summary>Completes when the certificate was replaced and the kubeconfig must be read again; never for a
    /// kubeconfig that no bootstrap made.</summary>
    public async Task RenewAsync(ClientConnection connection, CancellationToken cancellationToken)
    {
        if (options.BootstrapKubeconfig is null || connection.ClientCertificatePem is not { } certificate)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
            return;
        }

        var wait = new CertificateFiles(certificate, "").RenewAt - time.GetUtcNow();
        if (wait > TimeSpan.Zero)
        {
            await DelayAsync(wait, cancellationToken);
        }

        await RequestAsync(connection, cancellationToken);
    }

    private async Task RequestAsync(ClientConnection connection, CancellationToken cancellationToken)
    {
        using var client = new KubernetesClient(
            connection, new ClientOptions { UserAgent = "hortus-kubelet", Clock = time });
        var spec = CertificateSpec.Client($"system:node:{options.NodeName}", "system:nodes");
        var files = await requests.GetAsync(client, CertificateSigners.KubeletClient, spec, cancellationToken);
        var config = KubeConfig.ForClientCertificate(
            options.NodeName, connection.Server.ToString()
                .TrimEnd('/'), connection.CertificateAuthorityPem, files.CertificatePem, files.KeyPem);
        if (connection.TlsServerName is { } name)
        {
            config = config with { Clusters = [.. config.Clusters.Select(c => c with { TlsServerName = name })] };
        }

        WritePrivate(options.Kubeconfig!, config.ToYaml());
    }

    /// <summary>Replaces a file that only its owner may read.</summary>
    public static void WritePrivate(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var next = path + ".new";
        File.Delete(next);
        using (var stream = new FileStream(
            next, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = OwnerOnly
            }))
        using (var writer = new StreamWriter(stream))
        {
            writer.Write(text);
        }

        File.Move(next, path, overwrite: true);
    }

    /// <summary>Waits any time; timers of the platform reach 49 days only.</summary>
    internal async Task DelayAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        var step = TimeSpan.FromDays(1);
        for (; wait > step; wait -= step)
        {
            await Task.Delay(step, time, cancellationToken);
        }

        await Task.Delay(wait, time, cancellationToken);
    }
}
