using System.Text;
using Names = Hortus.Objects.Gardener.Resources.TokenRequestorNames;

namespace Hortus.Tokens;

/// <summary>The token in the data of a Secret, and the authorities beside it: in keys of their own, or inside a kubeconfig.</summary>
/// <param name="Token">Null when there is none.</param>
/// <param name="Authority">PEM; null when there is none.</param>
internal sealed record TokenContent(string? Token, string? Authority)
{
    private static readonly string[] Keys = [Names.TokenKey, Names.AuthorityKey, Names.KubeconfigKey];

    /// <summary>Reads data.</summary>
    /// <exception cref="TokenOrderException">The kubeconfig in it is unusable.</exception>
    public static TokenContent Read(IReadOnlyDictionary<string, byte[]>? data)
    {
        if (data?.GetValueOrDefault(Names.KubeconfigKey) is { } kubeconfig)
        {
            var access = AccessKubeconfig.Parse(kubeconfig);
            return new TokenContent(access.Token, access.Authority);
        }

        string? Text(string key) => data?.GetValueOrDefault(key) is { Length: > 0 } bytes ? Encoding.UTF8.GetString(bytes) : null;
        return new TokenContent(Text(Names.TokenKey), Text(Names.AuthorityKey));
    }

    /// <summary>Whether data holds anything that belongs to a token.</summary>
    public static bool IsIn(IReadOnlyDictionary<string, byte[]>? data) => data is not null && Keys.Any(data.ContainsKey);

    /// <summary>What changes in data so that it holds this; null values go.</summary>
    /// <param name="kubeconfig">The kubeconfig that gets the token; null means that it gets a key of its own.</param>
    /// <exception cref="TokenOrderException">The kubeconfig is unusable.</exception>
    public IReadOnlyDictionary<string, byte[]?> Changes(byte[]? kubeconfig) => kubeconfig is not null
        ? new Dictionary<string, byte[]?> { [Names.KubeconfigKey] = AccessKubeconfig.Parse(kubeconfig).With(Token!, Authority) }
        : new Dictionary<string, byte[]?>
        {
            [Names.TokenKey] = Encoding.UTF8.GetBytes(Token!),
            [Names.AuthorityKey] = Authority is null ? null : Encoding.UTF8.GetBytes(Authority),
        };

    /// <summary>What changes in data so that it holds nothing of a token.</summary>
    public static IReadOnlyDictionary<string, byte[]?> Removal() => Keys.ToDictionary(key => key, _ => (byte[]?)null);
}
