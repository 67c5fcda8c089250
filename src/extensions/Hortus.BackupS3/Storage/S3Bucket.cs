using System.Net;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Hortus.Objects.Gardener;

namespace Hortus.BackupS3;

/// <summary>An object in a bucket.</summary>
/// <param name="Key">Its whole name.</param>
/// <param name="Length">Bytes.</param>
public sealed record S3Item(string Key, long Length);

/// <summary>A bucket of an S3-compatible object store, reached by signed requests.</summary>
public sealed class S3Bucket : IDisposable
{
    private const int DeletedAtOnceMax = 1000;
    private const int Retries = 2;
    private static readonly TimeSpan RequestMax = TimeSpan.FromMinutes(2);
    private readonly AmazonS3Client client;
    private readonly S3Settings settings;

    /// <summary>Opens nothing yet.</summary>
    public S3Bucket(S3Settings settings, string name)
    {
        ArgumentNullException.ThrowIfNull(settings);
        this.settings = settings;
        Name = name;
        client = new AmazonS3Client(new BasicAWSCredentials(settings.AccessKeyId, settings.SecretAccessKey), Configure(settings));
    }

    public string Name { get; }

    /// <summary>Whether the bucket is there and these credentials may use it.</summary>
    /// <exception cref="S3Exception">The store cannot be asked, or the bucket is somebody else's.</exception>
    public Task<bool> ExistsAsync(CancellationToken cancellationToken) => DoAsync("find", async () =>
    {
        try
        {
            // Not a HEAD request: its answer cannot say why something is refused.
            await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Name, MaxKeys = 1 }, cancellationToken);
            return true;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
    });

    /// <summary>Makes the bucket; one that is ours already is a success.</summary>
    /// <exception cref="S3Exception">The store refused or cannot be asked.</exception>
    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        if (await ExistsAsync(cancellationToken))
        {
            return;
        }

        await DoAsync("create", async () =>
        {
            try
            {
                await client.PutBucketAsync(new PutBucketRequest { BucketName = Name, UseClientRegion = true }, cancellationToken);
            }
            catch (AmazonS3Exception e) when (e.ErrorCode == "BucketAlreadyOwnedByYou")
            {
                // Made between the look and the act.
            }

            return true;
        });
    }

    /// <summary>Removes the bucket with all objects in it; one that is gone is a success.</summary>
    /// <exception cref="S3Exception">The store refused or cannot be asked.</exception>
    public async Task DeleteAsync(CancellationToken cancellationToken)
    {
        if (!await ExistsAsync(cancellationToken))
        {
            return;
        }

        await DeleteObjectsAsync("", cancellationToken);
        await DoAsync("delete", async () =>
        {
            try
            {
                await client.DeleteBucketAsync(new DeleteBucketRequest { BucketName = Name }, cancellationToken);
            }
            catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
            {
                // Gone between the look and the act.
            }

            return true;
        });
    }

    /// <summary>All objects whose names begin with a text, in order of their names.</summary>
    /// <exception cref="S3Exception">The store refused or cannot be asked.</exception>
    public Task<IReadOnlyList<S3Item>> ListAsync(string prefix, CancellationToken cancellationToken) => DoAsync("list", async () =>
    {
        var found = new List<S3Item>();
        var request = new ListObjectsV2Request { BucketName = Name, Prefix = prefix };
        ListObjectsV2Response page;
        do
        {
            page = await client.ListObjectsV2Async(request, cancellationToken);
            found.AddRange((page.S3Objects ?? []).Select(item => new S3Item(item.Key, item.Size ?? 0)));
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
        return (IReadOnlyList<S3Item>)[.. found.OrderBy(item => item.Key, StringComparer.Ordinal)];
    });

    /// <summary>Removes all objects whose names begin with a text.</summary>
    /// <exception cref="S3Exception">The store refused or cannot be asked.</exception>
    public async Task DeleteObjectsAsync(string prefix, CancellationToken cancellationToken)
    {
        foreach (var batch in (await ListAsync(prefix, cancellationToken)).Chunk(DeletedAtOnceMax))
        {
            await DeleteAsync([.. batch.Select(item => item.Key)], cancellationToken);
        }
    }

    /// <summary>Removes objects by name, at most 1,000; those that are gone are a success.</summary>
    /// <exception cref="S3Exception">The store refused or cannot be asked.</exception>
    public Task DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) => DoAsync("delete objects of", async () =>
    {
        var request = new DeleteObjectsRequest
        {
            BucketName = Name,
            Quiet = true,
            Objects = [.. keys.Select(key => new KeyVersion { Key = key })],
        };
        try
        {
            return await client.DeleteObjectsAsync(request, cancellationToken);
        }
        catch (DeleteObjectsException e) when (e.Response.DeleteErrors is [var first, ..])
        {
            throw new S3Exception(
                $"cannot delete {e.Response.DeleteErrors.Count} objects of bucket {Name} at {settings}, among them {first.Key}: "
                + $"{first.Code}: {first.Message}",
                first.Code == "AccessDenied" ? ErrorCode.InfraUnauthorized : ErrorCode.RetryableInfraDependencies,
                e);
        }
    });

    /// <summary>Writes an object from a file, whole or not at all.</summary>
    /// <exception cref="S3Exception">The store refused or cannot be asked.</exception>
    public Task PutAsync(string key, string file, CancellationToken cancellationToken) => DoAsync($"write {key} into", () =>
    {
        // One signature over the whole: not every store takes pieces that are signed one by one.
        var request = new PutObjectRequest { BucketName = Name, Key = key, FilePath = file, UseChunkEncoding = false };
        return client.PutObjectAsync(request, cancellationToken);
    });

    /// <summary>Reads an object into a stream; false when there is no such object.</summary>
    /// <exception cref="S3Exception">The store refused or cannot be asked.</exception>
    public Task<bool> GetAsync(string key, Stream target, CancellationToken cancellationToken) => DoAsync($"read {key} of", async () =>
    {
        try
        {
            using var found = await client.GetObjectAsync(new GetObjectRequest { BucketName = Name, Key = key }, cancellationToken);
            await found.ResponseStream.CopyToAsync(target, cancellationToken);
            return true;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode != "NoSuchBucket")
        {
            return false;
        }
    });

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private async Task<T> DoAsync<T>(string verb, Func<Task<T>> act)
    {
        try
        {
            return await act();
        }
        catch (Exception fault) when (S3Faults.IsOurs(fault))
        {
            throw S3Faults.Describe($"{verb} bucket {Name}", settings, fault);
        }
    }

    private static AmazonS3Config Configure(S3Settings settings)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = settings.ForcePathStyle,
            AuthenticationRegion = settings.Region,
            MaxErrorRetry = Retries,
            Timeout = RequestMax,

            // Checksums that only Amazon's own store knows are sent where a request needs one.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (settings.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.ToString();
            config.UseHttp = endpoint.Scheme == "http";
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(settings.Region);
        }

        if (settings.TrustedAuthorities is { } authorities)
        {
            config.HttpClientFactory = new S3HttpClients(authorities);
        }

        return config;
    }
}
