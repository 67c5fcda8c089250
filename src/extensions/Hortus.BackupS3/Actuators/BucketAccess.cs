using System.Text.Json;
using Hortus.Client;
using Hortus.Extensions;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;

namespace Hortus.BackupS3;

/// <summary>Opens buckets with the credentials that extension objects name.</summary>
internal sealed class BucketAccess(IKubernetesClient client)
{
    /// <summary>Reads the settings of a bucket.</summary>
    /// <exception cref="S3Exception">The Secret is not there, or something in it or in the configuration is wrong.</exception>
    public async Task<S3Settings> ReadAsync(
        SecretReference reference, JsonElement? config, string region, CancellationToken cancellationToken)
    {
        var key = new ObjectKey(reference.Namespace, reference.Name ?? "");
        var secret = await client.FindAsync<Secret>(key, cancellationToken) ?? throw new S3Exception(
            $"spec.secretRef: there is no Secret {key} with access to the object store", ErrorCode.ConfigurationProblem);
        try
        {
            return S3Settings.Read(secret.Data, config, region);
        }
        catch (S3Exception fault)
        {
            throw new S3Exception($"{fault.Message} (Secret {key})", fault.Code, fault);
        }
    }

    /// <summary>Runs an act; its faults go to the object's status.</summary>
    public static async Task<T> ReportAsync<T>(Func<Task<T>> act)
    {
        try
        {
            return await act();
        }
        catch (S3Exception fault)
        {
            throw new ExtensionException(fault.Message, [fault.Code], fault);
        }
    }
}
