using System.Text.Json.Nodes;
using Hortus.Pki;
using Microsoft.Extensions.Logging;

namespace Hortus.ApiServer.Builtin;

/// <summary>
/// Tells servers behind this one whose certificates it takes, in the ConfigMap
/// <c>kube-system/extension-apiserver-authentication</c>, and tells them anew when the files change.
/// </summary>
internal sealed partial class PublishedTrust(ApiServerServices services)
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    private readonly ILogger logger = services.LoggerFactory.CreateLogger<PublishedTrust>();
    private readonly string[] files =
        [.. new[] { services.Options.ClientCaFile, services.Options.RequestheaderClientCaFile }.OfType<string>()];

    private (DateTime, DateTime) published;

    /// <summary>Writes what the files hold now.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A file holds no certificates.</exception>
    public async Task PublishAsync(CancellationToken cancellationToken)
    {
        var changed = LastChange();
        var map = EnsuredObjects.New("v1", "ConfigMap", "kube-system", "extension-apiserver-authentication");
        map["data"] = await ReadAsync(cancellationToken);
        await services.Objects.EnsureFieldAsync(Kinds.ConfigMap, map, "data", cancellationToken);
        published = changed;
    }

    /// <summary>Follows the files until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (files.Length == 0)
        {
            return;
        }

        using var timer = new PeriodicTimer(CheckInterval, services.Time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (LastChange() == published)
            {
                continue;
            }

            try
            {
                await PublishAsync(cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogNotPublished(logger, string.Join(", ", files), e.Message);
            }
        }
    }

    private (DateTime, DateTime) LastChange() =>
        files.Length == 0 ? default : (File.GetLastWriteTimeUtc(files[0]), File.GetLastWriteTimeUtc(files[^1]));

    private async Task<JsonObject> ReadAsync(CancellationToken cancellationToken)
    {
        var options = services.Options;
        var data = new JsonObject();
        if (options.ClientCaFile is { } clientCa)
        {
            data["client-ca-file"] = await ReadRootsAsync(clientCa, cancellationToken);
        }

        if (options.RequestheaderClientCaFile is { } proxyCa)
        {
            data["requestheader-client-ca-file"] = await ReadRootsAsync(proxyCa, cancellationToken);
            data["requestheader-allowed-names"] = Text(options.RequestheaderAllowedNames);
            data["requestheader-username-headers"] = Text(options.RequestheaderUsernameHeaders);
            data["requestheader-group-headers"] = Text(options.RequestheaderGroupHeaders);
            data["requestheader-extra-headers-prefix"] = Text(options.RequestheaderExtraHeadersPrefix);
        }

        return data;
    }

    // A file in the middle of being replaced must not lock anybody out.
    private static async Task<string> ReadRootsAsync(string file, CancellationToken cancellationToken)
    {
        var pem = await File.ReadAllTextAsync(file, cancellationToken);
        _ = Pem.ReadBundle(pem);
        return pem;
    }

    private static string Text(IReadOnlyList<string> texts) => ObjectTree.List(texts).ToJsonString();

    [LoggerMessage(LogLevel.Warning, "servers behind this one still trust as before, {Files} could not be published: {Reason}")]
    private static partial void LogNotPublished(ILogger logger, string files, string reason);
}
