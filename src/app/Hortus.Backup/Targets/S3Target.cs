using Hortus.BackupS3;

namespace Hortus.Backup;

/// <summary>What the names of objects in a bucket begin with.</summary>
/// <param name="bucket">The bucket; closed together with this.</param>
/// <param name="prefix">Without a slash at either end.</param>
internal sealed class S3Target(S3Bucket bucket, string prefix) : IBackupTarget
{
    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) => DoAsync<IReadOnlyList<string>>(async () =>
        [.. (await bucket.ListAsync(prefix + "/", cancellationToken)).Select(item => item.Key[(prefix.Length + 1)..])]);

    public Task WriteAsync(string name, string file, CancellationToken cancellationToken) => DoAsync(async () =>
    {
        await bucket.PutAsync($"{prefix}/{name}", file, cancellationToken);
        return true;
    });

    public Task ReadAsync(string name, string file, CancellationToken cancellationToken) => DoAsync(async () =>
    {
        await using var to = new FileStream(file, FileMode.CreateNew);
        return await bucket.GetAsync($"{prefix}/{name}", to, cancellationToken)
            ? true
            : throw new BackupException($"there is no object {prefix}/{name} in bucket {bucket.Name}");
    });

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => DoAsync(async () =>
    {
        await bucket.DeleteAsync([$"{prefix}/{name}"], cancellationToken);
        return true;
    });

    public void Dispose() => bucket.Dispose();

    public override string ToString() => $"s3://{bucket.Name}/{prefix}";

    private static async Task<T> DoAsync<T>(Func<Task<T>> act)
    {
        try
        {
            return await act();
        }
        catch (S3Exception fault)
        {
            throw new BackupException(fault.Message, fault);
        }
    }
}
