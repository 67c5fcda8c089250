using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hortus.Objects.Gardener;
using Hortus.Pki;

namespace Hortus.BackupS3;

/// <summary>How an object store is reached: where it is, and as whom. The keys are those of Gardener's backup Secrets.</summary>
public sealed record S3Settings
{
    private const string AccessKeyKey = "accessKeyID";
    private const string SecretKeyKey = "secretAccessKey";
    private const string RegionKey = "region";
    private const string EndpointKey = "endpoint";
    private const string PathStyleKey = "s3ForcePathStyle";
    private const string AuthoritiesKey = "trustedCaCert";
    private const string AllowHttpKey = "allowHTTP";

    /// <summary>Name of the access key.</summary>
    public required string AccessKeyId { get; init; }

    /// <summary>The access key itself; never in a message.</summary>
    public required string SecretAccessKey { get; init; }

    /// <summary>Region of the bucket; requests are signed for it.</summary>
    public required string Region { get; init; }

    /// <summary>Base address of the object store; null means Amazon's own in the region.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Whether the bucket's name is in the path instead of the host name, as most stores want it that are not
    /// Amazon's.</summary>
    public bool ForcePathStyle { get; init; }

    /// <summary>Authorities (PEM) that are trusted besides the machine's; null for none.</summary>
    public string? TrustedAuthorities { get; init; }

    /// <summary>Reads the settings of a bucket.</summary>
    /// <param name="credentials">Data of the Secret.</param>
    /// <param name="config">What takes precedence over the Secret, from <c>providerConfig</c>; null for nothing.</param>
    /// <param name="region">Region that the bucket's object asks for; takes precedence over the Secret's; null for none.</param>
    /// <exception cref="S3Exception">Something is missing or malformed.</exception>
    public static S3Settings Read(IReadOnlyDictionary<string, byte[]>? credentials, JsonElement? config, string? region)
    {
        var given = BucketConfig.Read(config);
        string? Value(string key) => credentials?.GetValueOrDefault(key) is { Length: > 0 } bytes
            ? Encoding.UTF8.GetString(bytes).Trim() is { Length: > 0 } text ? text : null
            : null;
        string Required(string key) => Value(key) ?? throw Problem($"the Secret with access to the object store has no key {key}");
        var allowHttp = given.AllowHttp ?? ReadBool(AllowHttpKey, Value(AllowHttpKey));
        var endpoint = (given.Endpoint ?? Value(EndpointKey)) is { } address ? ReadEndpoint(address, allowHttp) : null;
        var wanted = given.Region ?? (string.IsNullOrEmpty(region) ? Value(RegionKey) : region);
        return new S3Settings
        {
            AccessKeyId = Required(AccessKeyKey),
            SecretAccessKey = Required(SecretKeyKey),
            Region = wanted ?? throw Problem("no region is given: set spec.region, or the key region of the Secret"),
            Endpoint = endpoint,
            ForcePathStyle = given.ForcePathStyle ?? ReadBool(PathStyleKey, Value(PathStyleKey)) ?? endpoint is not null,
            TrustedAuthorities = ReadAuthorities(given.TrustedCaCert ?? Value(AuthoritiesKey)),
        };
    }

    /// <summary>The settings as data of a Secret from which <see cref="Read"/> makes the same again.</summary>
    public IReadOnlyDictionary<string, byte[]> Write()
    {
        var data = new Dictionary<string, byte[]>
        {
            [AccessKeyKey] = Encoding.UTF8.GetBytes(AccessKeyId),
            [SecretKeyKey] = Encoding.UTF8.GetBytes(SecretAccessKey),
            [RegionKey] = Encoding.UTF8.GetBytes(Region),
            [PathStyleKey] = Encoding.UTF8.GetBytes(ForcePathStyle ? "true" : "false"),
        };
        if (Endpoint is not null)
        {
            data[EndpointKey] = Encoding.UTF8.GetBytes(Endpoint.ToString());
            if (Endpoint.Scheme == "http")
            {
                data[AllowHttpKey] = "true"u8.ToArray();
            }
        }

        if (TrustedAuthorities is not null)
        {
            data[AuthoritiesKey] = Encoding.UTF8.GetBytes(TrustedAuthorities);
        }

        return data;
    }

    /// <summary>Where the store is, without the credentials.</summary>
    public override string ToString() => Endpoint is null ? $"region {Region}" : $"{Endpoint} (region {Region})";

    private static Uri ReadEndpoint(string text, bool? allowHttp)
    {
        var address = text.Contains("://", StringComparison.Ordinal) ? text : $"https://{text}";
        if (!Uri.TryCreate(address, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https")
            || endpoint.UserInfo.Length > 0 || endpoint.Query.Length > 0)
        {
            throw Problem($"endpoint: want an address such as https://s3.example.org, found \"{WithoutUser(text)}\"");
        }

        return endpoint.Scheme == "https" || allowHttp == true || IsLoopback(endpoint)
            ? endpoint
            : throw Problem($"endpoint: {endpoint} would send backups unencrypted; use https, or set allowHTTP");
    }

    private static string WithoutUser(string text) => text[(text.LastIndexOf('@') + 1)..];

    private static bool IsLoopback(Uri endpoint) => endpoint.Host == "localhost"
        || (IPAddress.TryParse(endpoint.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static bool? ReadBool(string key, string? text) => text switch
    {
        null => null,
        _ when bool.TryParse(text, out var value) => value,
        _ => throw Problem($"{key}: want true or false, found \"{text}\""),
    };

    private static string? ReadAuthorities(string? pem)
    {
        try
        {
            return pem is null || Pem.ReadBundle(pem).Count > 0 ? pem : throw Problem($"{AuthoritiesKey}: there is no certificate in it");
        }
        catch (CryptographicException fault)
        {
            throw Problem(string.Create(CultureInfo.InvariantCulture, $"{AuthoritiesKey}: {fault.Message}"));
        }
    }

    private static S3Exception Problem(string message) => new(message, ErrorCode.ConfigurationProblem);
}
