using System.Text.Json;
using System.Text.Json.Serialization;
using Hortus.Objects.Gardener;

namespace Hortus.BackupS3;

/// <summary><c>spec.providerConfig</c> of a bucket, and the part of it that <c>status.providerStatus</c> tells to entries.</summary>
internal sealed record BucketConfig
{
    public const string ApiVersionValue = "s3.provider.extensions.gardener.cloud/v1alpha1";
    public const string KindValue = "BackupBucketConfig";

    // Misspelt settings are told instead of left out: a backup is no place for surprises.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNameCaseInsensitive = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public string? Endpoint { get; init; }

    public string? Region { get; init; }

    public bool? ForcePathStyle { get; init; }

    [JsonPropertyName("allowHTTP")]
    public bool? AllowHttp { get; init; }

    public string? TrustedCaCert { get; init; }

    /// <summary>Reads it; nothing at all is an empty one.</summary>
    /// <exception cref="S3Exception">It is malformed.</exception>
    public static BucketConfig Read(JsonElement? config)
    {
        if (config is not { ValueKind: JsonValueKind.Object } json)
        {
            return new();
        }

        try
        {
            var read = json.Deserialize<BucketConfig>(Json) ?? new();
            return read is { ApiVersion: ApiVersionValue, Kind: KindValue }
                ? read
                : throw Problem($"want apiVersion {ApiVersionValue} and kind {KindValue}, found {read.ApiVersion} and {read.Kind}");
        }
        catch (JsonException fault)
        {
            throw Problem($"{fault.Path}: {fault.Message}");
        }
    }

    /// <summary>What entries of the bucket need to know to find it.</summary>
    public static JsonElement Describe(S3Settings settings) => JsonSerializer.SerializeToElement(
        new BucketConfig
        {
            ApiVersion = ApiVersionValue,
            Kind = KindValue,
            Endpoint = settings.Endpoint?.ToString(),
            Region = settings.Region,
            ForcePathStyle = settings.ForcePathStyle,
            AllowHttp = settings.Endpoint?.Scheme == "http" ? true : null,
            TrustedCaCert = settings.TrustedAuthorities,
        },
        Json);

    private static S3Exception Problem(string message) => new($"providerConfig cannot be read: {message}", ErrorCode.ConfigurationProblem);
}
