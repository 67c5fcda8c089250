using System.Text.Json;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Names = Hortus.Objects.Gardener.Resources.TokenRequestorNames;
using ResourceNames = Hortus.Objects.Gardener.Resources.ResourceNames;

namespace Hortus.Tokens;

/// <summary>What a Secret asks for cannot be done until whoever wrote it changes it; the message says what.</summary>
internal sealed class TokenOrderException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>What a Secret asks for.</summary>
internal sealed record TokenOrder
{
    private static readonly TimeSpan LifetimeDefault = TimeSpan.FromHours(12);

    // The limits of the TokenRequest API.
    private static readonly TimeSpan LifetimeMin = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LifetimeMax = TimeSpan.FromSeconds(1L << 32);

    /// <summary>The service account in the target.</summary>
    public required ObjectKey Account { get; init; }

    public IReadOnlyDictionary<string, string> AccountLabels { get; private init; } = new Dictionary<string, string>();

    public TimeSpan Lifetime { get; private init; } = LifetimeDefault;

    /// <summary>Whether the target's authorities are wanted beside the token.</summary>
    public bool WantsAuthority { get; private init; }

    /// <summary>The Secret in the target that gets the token instead of this one; null means this one.</summary>
    public ObjectKey? Copy { get; private init; }

    /// <summary>Whether the service account goes with the Secret.</summary>
    public bool DeletesAccount { get; private init; }

    /// <summary>User name of the service account.</summary>
    public string UserName => $"system:serviceaccount:{Account.Namespace}:{Account.Name}";

    /// <summary>Reads the annotations of a Secret.</summary>
    /// <param name="secret">The Secret.</param>
    /// <param name="accountNamespace">Namespace of the service account, whatever the Secret says; null leaves it to the Secret.</param>
    /// <exception cref="TokenOrderException">They are incomplete or wrong; the message names all faults.</exception>
    public static TokenOrder Read(Secret secret, string? accountNamespace = null)
    {
        var faults = new List<string>();
        string? Value(string name) => secret.Metadata.Annotation(name) is { Length: > 0 } text ? text : null;
        string Needed(string name)
        {
            if (Value(name) is { } text)
            {
                return text;
            }

            faults.Add($"annotation {name} is missing");
            return "";
        }

        var order = new TokenOrder
        {
            Account = new ObjectKey(accountNamespace ?? Needed(Names.AccountNamespace), Needed(Names.AccountName)),
            AccountLabels = LabelsOf(Value(Names.AccountLabels), faults),
            Lifetime = LifetimeOf(Value(Names.Lifetime), faults),
            WantsAuthority = ResourceNames.IsTrue(Value(Names.InjectAuthority)),
            DeletesAccount = Value(Names.SkipDeletion) is { } skip && !ResourceNames.IsTrue(skip),
            Copy = (Value(Names.CopyNamespace), Value(Names.CopyName)) switch
            {
                ({ } space, { } name) => new ObjectKey(space, name),
                (null, null) => null,
                var (space, _) => Fault(
                    faults, $"annotation {(space is null ? Names.CopyNamespace : Names.CopyName)} is missing beside the other one"),
            },
        };
        return faults.Count == 0 ? order : throw new TokenOrderException(string.Join("; ", faults));
    }

    private static ObjectKey? Fault(List<string> faults, string fault)
    {
        faults.Add(fault);
        return null;
    }

    private static TimeSpan LifetimeOf(string? text, List<string> faults)
    {
        if (text is null)
        {
            return LifetimeDefault;
        }

        if (Duration.TryParse(text, out var lifetime) && lifetime >= LifetimeMin && lifetime <= LifetimeMax)
        {
            return lifetime;
        }

        faults.Add($"annotation {Names.Lifetime}: want a duration from 10m to {(long)LifetimeMax.TotalHours}h, found \"{text}\"");
        return LifetimeDefault;
    }

    private static IReadOnlyDictionary<string, string> LabelsOf(string? text, List<string> faults)
    {
        try
        {
            return (text is null ? null : JsonSerializer.Deserialize<Dictionary<string, string>>(text)) ?? [];
        }
        catch (JsonException)
        {
            faults.Add($"annotation {Names.AccountLabels}: want a JSON object of texts such as {{\"a\":\"b\"}}, found \"{text}\"");
            return new Dictionary<string, string>();
        }
    }
}
