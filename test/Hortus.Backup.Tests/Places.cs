using System.Text;
using Hortus.BackupS3;
using Hortus.Testing.S3;

namespace Hortus.Backup.Tests;

/// <summary>Opens places for snapshots of each kind.</summary>
/// <param name="folder">Room for them.</param>
internal sealed class Places(string folder) : IAsyncDisposable
{
    private S3Server? server;

    /// <summary>Opens an empty place.</summary>
    /// <param name="kind"><c>folder</c> or <c>s3</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IBackupTarget> OpenAsync(string kind, CancellationToken cancellationToken)
    {
        if (kind == "folder")
        {
            return BackupTargets.Open(folder, null);
        }

        server = await S3Server.StartAsync(cancellationToken);
        var credentials = Directory.CreateDirectory(Path.Combine(folder, "credentials")).FullName;
        foreach (var (key, value) in new Dictionary<string, string>
        {
            ["accessKeyID"] = S3Server.AccessKeyId,
            ["secretAccessKey"] = S3Server.SecretAccessKey,
            ["region"] = "local",
            ["endpoint"] = server.Endpoint.ToString(),
            [".hidden"] = "",
        })
        {
            await File.WriteAllTextAsync(Path.Combine(credentials, key), value, cancellationToken);
        }

        var data = new Dictionary<string, byte[]>
        {
            ["accessKeyID"] = Encoding.UTF8.GetBytes(S3Server.AccessKeyId),
            ["secretAccessKey"] = Encoding.UTF8.GetBytes(S3Server.SecretAccessKey),
            ["endpoint"] = Encoding.UTF8.GetBytes(server.Endpoint.ToString()),
        };
        using var bucket = new S3Bucket(S3Settings.Read(data, null, "local"), "garden");
        await bucket.CreateAsync(cancellationToken);
        return BackupTargets.Open("s3://garden/virtual-garden-etcd-main/store", credentials);
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }
}
