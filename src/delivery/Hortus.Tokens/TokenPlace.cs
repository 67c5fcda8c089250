using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Names = Hortus.Objects.Gardener.Resources.TokenRequestorNames;

namespace Hortus.Tokens;

/// <summary>Where a token belongs: in the Secret that asks for it, or in one of the target.</summary>
/// <param name="Secret">The Secret that asks.</param>
/// <param name="CopyKey">The Secret of the target; null when the asking one gets the token.</param>
/// <param name="Copy">The Secret of the target as it is; null when it is not there.</param>
internal sealed record TokenPlace(Secret Secret, ObjectKey? CopyKey, Secret? Copy)
{
    /// <summary>The kubeconfig that gets the token: the one that was written last by whoever asks; null when there is none.</summary>
    public byte[]? Kubeconfig => KubeconfigOf(Secret) ?? (CopyKey is null ? null : KubeconfigOf(Copy));

    /// <summary>Whether the token in place, with the authorities that are wanted (null: none), needs no other than time to pass.</summary>
    /// <exception cref="TokenOrderException">A kubeconfig is unusable.</exception>
    public bool Holds(string? authority, out string token)
    {
        var held = TokenContent.Read((CopyKey is null ? Secret : Copy)?.Data);
        token = held.Token ?? "";
        return held.Token is not null
            && (authority is null || held.Authority == authority)
            && (CopyKey is null || !TokenContent.IsIn(Secret.Data));
    }

    private static byte[]? KubeconfigOf(Secret? secret) => secret?.Data?.GetValueOrDefault(Names.KubeconfigKey);
}
